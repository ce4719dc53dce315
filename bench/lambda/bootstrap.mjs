// The process side of the Lambda Runtime API: loads one bundle, then asks for events and answers them, one at a time.
import { Agent, request } from "node:http";

const api = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

function call(method, path, body = null) {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${api}${path}`, { method, agent }, (incoming) => {
      const chunks = [];
      incoming.on("data", (chunk) => chunks.push(chunk));
      incoming.on("end", () => resolve({ headers: incoming.headers, text: Buffer.concat(chunks).toString() }));
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

const failure = (error) => JSON.stringify({ errorType: error?.name ?? "Error", errorMessage: error?.message ?? "" });

let handler;
try {
  ({ handler } = await import(process.argv[2]));
} catch (error) {
  await call("POST", "/init/error", failure(error));
  process.exit(1);
}

for (;;) {
  const { headers, text } = await call("GET", "/invocation/next");
  const id = headers["lambda-runtime-aws-request-id"];
  try {
    const answer = await handler(JSON.parse(text), { awsRequestId: id });
    await call("POST", `/invocation/${id}/response`, JSON.stringify(answer ?? null));
  } catch (error) {
    await call("POST", `/invocation/${id}/error`, failure(error));
  }
}
