import type { ChatScript, MountChat } from "../bundle";
const mount: MountChat = () => ({ update() {}, remove() {} });
(document.currentScript as ChatScript | null)?.beckon?.(mount);
