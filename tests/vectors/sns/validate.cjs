// Asks AWS's own validator of every vector, and prints {tcId: "valid" or why it is refused}.
// Certificates come out of the file: nothing is fetched. With a second argument, the pattern of trusted hosts.
const https = require('node:https');
const { EventEmitter } = require('node:events');
const { readFileSync } = require('node:fs');

const [file, hosts] = process.argv.slice(2);
const { certificates, tests } = JSON.parse(readFileSync(file, 'utf8'));

https.get = (url, answered) => {
  const found = certificates[String(url)];
  const response = Object.assign(new EventEmitter(), { statusCode: found === undefined ? 404 : 200 });
  setImmediate(() => {
    answered(response);
    if (found !== undefined) {
      response.emit('data', Buffer.from(found));
      response.emit('end');
    }
  });
  return new EventEmitter();
};

const Validator = require('sns-validator');
const judged = (body) =>
  new Promise((done) => {
    try {
      new Validator(hosts && new RegExp(hosts)).validate(body, (problem) => done(problem ? problem.message : 'valid'));
    } catch (problem) {
      done(`raised ${problem.message}`);
    }
  });

(async () => {
  const said = {};
  for (const { tcId, body } of tests) said[tcId] = await judged(body);
  console.log(JSON.stringify(said));
})();
