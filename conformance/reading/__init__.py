"""What a message means in the words of the model: wire and schemas below, no judgement.

The mock answers and the checks judge by the same reading, so a request cannot mean one thing to the one and
another thing to the other.
"""
