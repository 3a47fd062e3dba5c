/** Entry point of the worker: see worker-core.js. */

import { createHandler } from "./worker-core.js";

const handle = createHandler((reply) => postMessage(reply));

addEventListener("message", (event) => handle(event.data));
