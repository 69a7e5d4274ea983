declare module "*.css?inline" {
  const text: string;
  export default text;
}
declare const CHAT_HASH: string;
declare const TRACK_HASH: string;
declare const PREVIEW_HASH: string;
declare const LAUNCHER_HASH: string;
declare const TEXTS_VERSION: string;
