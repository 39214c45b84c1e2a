"""A report in the forms that other programs read: each is made of report.json's value and of nothing else."""
