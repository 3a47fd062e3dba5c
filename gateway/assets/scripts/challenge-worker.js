/** Entry point of the worker that solves a challenge, so that the page stays free to be typed in. */

import { payload } from "./challenge-solver.js";

addEventListener("message", (event) => postMessage(payload(event.data)));
