import type { Brain, BrainScript } from "../bundle";
import { held, kept, look, newSession, step } from "../session";
const mount: Brain["mount"] = () => ({ update() {}, remove() {} });
(document.currentScript as BrainScript | null)?.beckon?.({ newSession, step, kept, held, look, mount });
