// Tests of a client against the mock, each with an install of its own: node --test (Node 20 or newer).
// MOCK is the URL of the mock; CONTROL_TOKEN its control token, which only another machine needs.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

const mock = process.env.MOCK ?? "http://127.0.0.1:8400";
const token = process.env.CONTROL_TOKEN;

async function control(method, path, body) {
  const headers = { "Content-Type": "application/json", ...(token && { Authorization: `Bearer ${token}` }) };
  const answer = await fetch(`${mock}/_invigilate${path}`, { method, headers, body: body && JSON.stringify(body) });
  const told = await answer.json();
  if (!answer.ok) assert.fail(told.message);
  return told;
}

let install;
beforeEach(async () => { install = await control("POST", "/installs"); });
afterEach(async () => { await control("DELETE", `/installs/${install.install}`); });

// The client under test: asks once more when the server is busy.
async function provision(body) {
  for (let attempt = 0; ; attempt++) {
    const answer = await fetch(`${mock}/v2/installs/${install.install}/provision`, {
      method: "POST",
      headers: { "Content-Type": "application/json", token: install.token },
      body: JSON.stringify(body),
    });
    if (answer.status !== 503 || attempt > 0) return answer;
    await new Promise((resume) => setTimeout(resume, 1000 * Number(answer.headers.get("Retry-After"))));
  }
}

const course = { ids: { lms: "moodle-42" }, title: "Astronomy", code: "AST-1" };

test("a course is created, and found again", async () => {
  assert.equal((await (await provision({ course })).json()).course.result, "Created");
  assert.equal((await (await provision({ course })).json()).course.result, "Found Existing");
  await control("POST", "/verify", {
    install: install.install,
    match: { operation: "provision", body: { "/course/ids/lms": "moodle-42" } },
    exactly: 2,
  });
});

test("a busy server is asked again", async () => {
  await control("POST", "/weather", {
    match: { install: install.install }, then: { status: 503, retryAfter: 0 }, times: 1,
  });
  assert.equal((await provision({ course })).status, 200);
});

test("an answer is lost after the commit", async () => {
  await control("POST", "/weather", {
    match: { install: install.install }, then: { close: "after-commit" }, times: 1,
  });
  await assert.rejects(provision({ course }));
  const { resources } = await control("GET", `/state?install=${install.install}`);
  assert.equal(resources.length, 1);
});

test("a token expires", async () => {
  await control("POST", `/clock/advance?install=${install.install}`, { days: 2 });
  assert.equal((await provision({ course })).status, 403);
});
