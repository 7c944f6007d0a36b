// A client of the Batch Provision endpoint: tokens, retries, refusals, and sign-on tokens that are verified.
import { createPublicKey, verify } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";

const BUSY = [429, 503];
const ATTEMPTS = 5;

/** The server understood the call and will not do it; `errors` says what is wrong, each at its place. */
export class Refused extends Error {
  constructor(status, answer) {
    super(`${status} ${answer.code ?? answer.error}: ${answer.message ?? answer.error_description}`);
    Object.assign(this, { status, code: answer.code ?? answer.error, errors: answer.errors ?? [] });
  }
}

/** One install, reached by the client of one integration. */
export class Proctoring {
  #token = "";
  #expires = 0;

  constructor({ url, install, clientId, clientSecret }) {
    Object.assign(this, { url, install, clientId, clientSecret });
  }

  /** An access token; another one a minute before it dies. */
  async token() {
    if (Date.now() > this.#expires - 60_000) {
      const halves = [this.clientId, this.clientSecret].map(encodeURIComponent).join(":"); // RFC 6749 section 2.3.1
      const answer = await this.#sent("POST", "/oidc/token", {
        headers: { Authorization: `Basic ${btoa(halves)}` },
        body: new URLSearchParams({ grant_type: "client_credentials" }),
      });
      const told = await answer.json();
      if (!answer.ok) throw new Refused(answer.status, told);
      this.#token = told.access_token;
      this.#expires = Date.now() + 1000 * told.expires_in;
    }
    return this.#token;
  }

  /** Create, find or update everything in a body. May be called again: identifiers make it safe. */
  provision(body) {
    return this.call("POST", `/v2/installs/${this.install}/provision`, body);
  }

  /** The JSON of an answer. A token that was refused is renewed once. */
  async call(method, path, body) {
    let answer;
    for (const renewed of [false, true]) {
      const headers = { Authorization: `Bearer ${await this.token()}`, "Content-Type": "application/json" };
      answer = await this.#sent(method, path, { headers, body: body && JSON.stringify(body) });
      if (answer.status !== 401 || renewed) break;
      this.#expires = 0;
    }
    const told = await answer.json();
    if (!answer.ok) throw new Refused(answer.status, told);
    return told;
  }

  /** The claims of a sign-on token, if a published key signed it for this audience and it lives. */
  async verified(token, audience) {
    const [head, claims, signature] = token.split(".");
    const read = (part) => JSON.parse(Buffer.from(part, "base64url"));
    const { keys } = await (await this.#sent("GET", "/oidc/jwks")).json();
    const jwk = keys.find((one) => one.kid === read(head).kid);
    if (jwk === undefined || read(head).alg !== "RS256") throw new Error("no published key has signed this");
    const key = createPublicKey({ key: jwk, format: "jwk" });
    if (!verify("RSA-SHA256", Buffer.from(`${head}.${claims}`), key, Buffer.from(signature, "base64url")))
      throw new Error("the signature is not that of the published key");
    const told = read(claims);
    if (told.iss !== `${this.url}/oidc` || told.aud !== audience || told.exp * 1000 < Date.now())
      throw new Error("the token is of another issuer, for another audience, or too old");
    return told;
  }

  /** An answer. A busy server is asked again when it says; so is one whose answer was lost. */
  async #sent(method, path, how = {}) {
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await fetch(this.url + path, { method, signal: AbortSignal.timeout(10_000), ...how });
        if (!BUSY.includes(answer.status) || attempt === ATTEMPTS) return answer;
        await answer.body?.cancel();
        await pause(untilAgain(answer.headers.get("Retry-After") ?? "1"));
      } catch (lost) {
        if (attempt === ATTEMPTS) throw lost;
        await pause(200 * 2 ** attempt);
      }
    }
  }
}

/** Milliseconds to wait (RFC 9110 section 10.2.3: a number of seconds, or a date). */
export function untilAgain(retryAfter) {
  const seconds = Number(retryAfter);
  const wait = Number.isNaN(seconds) ? Date.parse(retryAfter) - Date.now() : 1000 * seconds;
  return Math.min(Math.max(wait || 0, 0), 60_000);
}
