// Verifies webhooks with the reference library: a JSON list of {secret, headers, body} comes in, their types go out.
const { Webhook } = require("standardwebhooks");

const told = JSON.parse(require("fs").readFileSync(0, "utf8"));
console.log(JSON.stringify(told.map(({ secret, headers, body }) => new Webhook(secret).verify(body, headers).type)));
