/** Entry point of the holder's worker: see worker-core.js. */

import { createHandler } from "./worker-core.js";

const handle = createHandler((reply) => postMessage(reply));

addEventListener("message", (event) => void handle(event.data));
