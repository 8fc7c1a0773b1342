// Finds the page a kernel, and keeps the connection with it: through a cut, until it has ended.

const PAUSES = [250, 500, 1000, 2000, 3000]; // ms between two attempts; then as the last
const ANSWER_MS = 5000; // so long an answer may take,
const BEGIN_MS = 30_000; // and a kernel, or a connection, when a whole class comes at once
const DOUBT_MS = 5000; // without an answer for so long: is anybody there?
const DEAF_MS = 15_000; // without one for so long: another websocket
const KERNELS = "../../kernels";

const pause = (ms) => new Promise((go) => setTimeout(go, ms));
const scattered = (ms) => ms * (0.75 + Math.random() / 2); // thirty pages do not come at once

/** @typedef {import("./header.mjs").Trouble} Trouble */

/** A page's kernel.
 * @param {{chapter: string, digest: string}} page
 * @param {{opened: (fresh: boolean) => void, closed: () => void,
 *   received: (frame: string | ArrayBuffer) => void,
 *   isWaiting: () => boolean, ping: () => void, said: (trouble: Trouble, state: string) => void}} owner
 *   `opened` is called with a new websocket, to a `fresh` kernel or to the same; `isWaiting` tells
 *   whether there is something to be answered, `ping` sends what will be */
export function connection({ chapter, digest }, owner) {
  const session = `page-${Math.random().toString(36).slice(2)}`;
  let kernel = ""; // its id, while there is one
  let fresh = true; // nobody has talked to it yet
  let socket = null;
  let attempt = 0; // of which only the last goes on
  let heard = performance.now(); // when the kernel has said something
  let asked = heard; // when something was sent that is not answered yet, the first of it

  // ---- a kernel ----

  /** Ask for a kernel until there is one. @param {Trouble} trouble what is to be said meanwhile */
  async function begin(trouble = "") {
    leave();
    const mine = ++attempt;
    owner.said(trouble, "connecting");
    for (let n = 0; mine === attempt; n++) {
      const { status, told } = await ask(KERNELS, BEGIN_MS, {
        method: "POST",
        body: JSON.stringify({ chapter, digest }),
        headers: { "Content-Type": "application/json" },
      });
      if (mine !== attempt) {
        if (told?.id) leaveKernel(told.id);
        return;
      }
      if (status === 201) {
        [kernel, fresh] = [told.id, true];
        connect(mine);
        return;
      }
      if (status === 503) {
        owner.said("full", "full");
        await pause(scattered(1000 * (told?.seconds ?? 5)));
      } else if (status === 0 || status >= 500) {
        owner.said("cut", "cut");
        await pause(pauseAfter(n));
      } else {
        owner.said(status === 409 ? "renewed" : "shut", "stopped");
        return;
      }
    }
  }

  const pauseAfter = (n) => scattered(PAUSES[Math.min(n, PAUSES.length - 1)]);

  /** @returns {Promise<{status: number, told: Object}>} status 0 if there is no whole answer */
  async function ask(address, patience, options = {}) {
    try {
      const answer = await fetch(address, { ...options, signal: AbortSignal.timeout(patience) });
      const told = answer.ok ? await answer.json() : await answer.json().catch(() => null);
      return { status: answer.status, told };
    } catch {
      return { status: 0, told: null };
    }
  }

  /** Find out what has become of the kernel, and connect to it again if it is there. */
  async function find() {
    const mine = ++attempt;
    drop();
    owner.said("cut", "cut");
    for (let n = 0; mine === attempt; n++) {
      const { status, told } = await ask(`${KERNELS}/${kernel}`, ANSWER_MS);
      if (mine !== attempt) return;
      if (status === 200) return void connect(mine);
      if (status !== 0 && status < 500) {
        kernel = "";
        if (status === 404 && fresh) return void begin(); // it has waited for us in vain
        const why = status === 404 ? { idle: "idle" }[told?.reason] ?? "died" : "shut";
        return void owner.said(why, "stopped");
      }
      await pause(pauseAfter(n));
    }
  }

  // ---- its websocket ----

  function connect(mine) {
    const address = new URL(`../../api/kernels/${kernel}/channels?session_id=${session}`, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    const opening = new WebSocket(address);
    const patience = setTimeout(() => mine === attempt && find(), BEGIN_MS);
    opening.binaryType = "arraybuffer";
    socket = opening;
    opening.onopen = () => {
      clearTimeout(patience);
      if (socket !== opening) return;
      heard = performance.now();
      const first = fresh;
      fresh = false;
      owner.opened(first);
    };
    opening.onmessage = ({ data }) => {
      if (socket !== opening) return;
      heard = performance.now();
      owner.received(data);
    };
    opening.onclose = async () => {
      clearTimeout(patience);
      if (socket !== opening) return;
      drop();
      if (fresh) await pause(pauseAfter(1)); // it never came about
      if (mine === attempt) find();
    };
  }

  function drop() {
    if (!socket) return;
    const old = socket;
    socket = null;
    old.close();
    owner.closed();
  }

  // ---- whether anybody is there ----

  /** Nothing tells of a cable that was pulled out: whoever waits too long asks. */
  async function doubt() {
    const mine = attempt;
    const { status } = await ask(`${KERNELS}/${kernel}`, ANSWER_MS);
    if (mine === attempt && socket && (status !== 200 || silence() > DEAF_MS)) find();
  }

  const silence = () => owner.isWaiting() ? performance.now() - Math.max(heard, asked) : 0;
  setInterval(() => { if (socket && silence() > DOUBT_MS) doubt(); }, DOUBT_MS / 2);
  const awake = () => {
    if (document.hidden || !socket) return;
    owner.ping(); // a connection that has died in its sleep does not say so
    doubt();
  };
  document.addEventListener("visibilitychange", awake);
  document.addEventListener("resume", awake);
  for (const type of ["online", "offline"]) addEventListener(type, awake);

  // ---- the reader leaves, and may come back ----

  const leaveKernel = (id) => navigator.sendBeacon(`${KERNELS}/${id}/leave`);

  function leave() {
    attempt += 1;
    drop();
    if (kernel) leaveKernel(kernel);
    kernel = "";
  }

  addEventListener("pagehide", leave);
  addEventListener("pageshow", ({ persisted }) => { if (persisted) begin(); });

  return {
    begin,
    leave,
    send(frame) {
      if (!owner.isWaiting()) asked = performance.now();
      socket?.send(frame);
    },
  };
}
