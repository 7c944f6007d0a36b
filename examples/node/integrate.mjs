// What a learning platform does with the endpoint, step by step, against a mock: node integrate.mjs ready.json
import { readFileSync } from "node:fs";
import { Proctoring, Refused } from "./proctoring.mjs";

// Why this ends, in a line.
process.on("uncaughtException", (error) => {
  const where = error.message === "fetch failed" ? `no answer from ${ready.url}; is the mock running? ` : "";
  console.error(`integrate: ${where}${error.cause?.message ?? error.message}`);
  process.exit(1);
});
if (process.argv.length !== 3) {
  throw new Error("usage: node integrate.mjs ready.json (which 'invigilate mock --ready-file ready.json' writes)");
}
const ready = JSON.parse(readFileSync(process.argv[2], "utf8"));
const api = new Proctoring({
  url: ready.url, install: ready.install, clientId: ready.client_id, clientSecret: ready.client_secret,
});
const course = { ids: { lms: "moodle-42" }, title: "Astronomy", code: "AST-1" };
const exam = {
  ids: { external: "quiz-7" }, title: "Midterm", type: "online",
  configuration: {
    ids: { external: "quiz-7" }, url: "https://lms.example.com/quiz/7", duration: 60, password: "aperture",
    access: { open: "2027-03-01T08:00:00Z", close: "2027-03-08T18:00:00Z" },
    proctorTypes: { TS4b894875d26194988853e490dfb9bc41: {} },
  },
};
const person = (number, different) => ({
  ids: { lms: `student-${number}` }, firstName: "Student", lastName: `Number ${number}`,
  email: `student-${number}@example.com`, ...different,
});
const tell = (step, what) => console.log(step.padEnd(14), what);

// What the next call of the API meets. A rehearsal: no real server has this.
async function weather(then) {
  const answer = await fetch(`${ready.url}/_invigilate/weather`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${ready.control_token}` },
    body: JSON.stringify({ match: { operation: "provision" }, then, times: 1 }),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

// The results of a whole class, one call for each person.
async function roster(different = {}) {
  const counted = {};
  for (let number = 0; number < 300; number++) {
    const { user } = await api.provision({ course, user: person(number, different[number]) });
    counted[user.result] = (counted[user.result] ?? 0) + 1;
  }
  return JSON.stringify(counted);
}

tell("token", `good for an hour, ${(await api.token()).length} letters`);

const made = await api.provision({ course, exam });
tell("exam", `${made.exam.result} as ${made.exam.sid.slice(0, 6)}…, in course ${made.course.sid.slice(0, 6)}…`);

tell("roster", await roster());
tell("roster again", await roster({ 7: { lastName: "Number Seven" } }));

const { enrollment } = await api.provision({ course, user: person(0), enrollment: { role: "instructor" } });
tell("role", `enrollment ${enrollment.result}`);

try {
  await api.provision({ course, user: person(1, { email: "student at example.com" }) });
} catch (refused) {
  if (!(refused instanceof Refused)) throw refused;
  tell("refused", `${refused.status}: ${refused.errors.map((one) => `${one.pointer} ${one.message}`).join("; ")}`);
}

await weather({ status: 503, retryAfter: 1 });
tell("busy", `asked again: ${(await api.provision({ course })).course.result}`);

await weather({ close: "after-commit" });
const late = { ids: { lms: "moodle-43" }, title: "Optics", code: "OPT-1" };
tell("lost answer", `asked again: ${(await api.provision({ course: late })).course.result}`);

await weather({ status: 401 });
tell("token died", `another one: ${(await api.provision({ course })).course.result}`);

const seventh = person(7, { lastName: "Number Seven" });
const { user, signon } = await api.provision({
  course, exam, user: seventh, signon: { integrationSid: ready.client_id },
});
const claims = await api.verified(signon.token, ready.client_id);
tell("sign-on", `the token is about the user: ${claims.sub === user.sid}`);
for (const turn of ["first", "second"]) tell(`link, ${turn}`, (await fetch(signon.redirect)).status);

const final = {
  ...exam, ids: { external: "quiz-8" }, title: "Final", limitedScope: true,
  configuration: { ...exam.configuration, ids: { external: "quiz-8" } },
};
const taken = await api.provision({ course, user: person(8), exam: final });
const [root, place] = [`/v1/installs/${api.install}`, `/exams/${taken.exam.sid}`];
await api.call("PUT", `${root}${place}/assignment`, { added: [taken.enrollment.sid] });
const found = await api.call("GET", `${root}/enrollments/${taken.enrollment.sid}${place}/sessions?includeActive=true`);
const session = `${root}${place}/sessions/${found.results[0].sid}`;
tell("assigned", `${found.total} session: ${found.results[0].status}`);

const appointment = (appointmentDateTime, type = "automated") => ({ type, appointmentDateTime });
const scheduled = await api.call("POST", session, appointment("2027-03-02T09:00:00Z"));
tell("scheduled", `${scheduled.status} at ${scheduled.appointmentDate}`);
await api.call("PUT", session, appointment("2027-03-03T09:00:00Z", "smarter-scheduling"));
tell("rescheduled", `to ${(await api.call("GET", session)).appointmentDate}`);
try {
  await api.call("POST", session, appointment("2027-03-04T09:00:00Z"));
} catch (refused) {
  if (!(refused instanceof Refused)) throw refused;
  tell("once more", `${refused.status} ${refused.code}`);
}

const { url } = await api.call("GET", `${session}/onboard`);
tell("onboard", `${(await fetch(url)).status}, then ${(await api.call("GET", session)).status}`);
