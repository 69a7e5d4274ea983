declare module "*.css?inline" {
  const text: string;
  export default text;
}
declare const CHAT_VERSION: string;
declare const TRACK_VERSION: string;
declare const PREVIEW_VERSION: string;
declare const LAUNCHER_VERSION: string;
declare const TEXTS_VERSION: string;
