/**
 * Files on their way from this tab to the server, one after another: how far each is, and why one was not taken. Pure.
 * A file that has arrived goes on as a message of the shared session.
 */
export type UploadError = "too_large" | "kind" | "broken" | "full" | "off" | "lost";

export interface Upload {
  /** Made here; the file keeps it over every attempt, and the message that carries it has it too. */
  id: string;
  chat: string;
  file: File;
  /** Of 1. */
  sent: number;
  failed: UploadError | "";
}

export const file_bytes_max = 10 * 1024 * 1024;
/** As many as the server takes for a chat. */
const waiting_max = 100;

export function chosen(uploads: Upload[], chat: string, files: File[], ids: string[]): Upload[] {
  let room = waiting_max - uploads.filter((upload) => !upload.failed).length;
  const more = files.map((file, i): Upload => {
    const failed = file.size > file_bytes_max ? "too_large" : room > 0 ? "" : "full";
    if (!failed) room--;
    return { id: ids[i] || "", chat, file, sent: 0, failed };
  });
  return [...uploads, ...more];
}

export function changed(uploads: Upload[], id: string, change: Partial<Upload>): Upload[] {
  return uploads.map((upload) => (upload.id === id ? { ...upload, ...change } : upload));
}

export function without(uploads: Upload[], id: string): Upload[] {
  return uploads.filter((upload) => upload.id !== id);
}

/** What to begin with, when none is under way. */
export function next(uploads: Upload[]): Upload | undefined {
  return uploads.find((upload) => !upload.failed);
}

/** What the server's refusal means; anything else may pass, so it can be tried again. */
export function errorOf(code: string): UploadError {
  switch (code) {
    case "file_too_large":
      return "too_large";
    case "file_kind":
      return "kind";
    case "file_broken":
      return "broken";
    case "chat_full":
    case "site_full":
      return "full";
    case "files_off":
    case "chat_closed":
      return "off";
    default:
      return "lost";
  }
}

/** Sending it again could help. */
export function mayRetry(upload: Upload): boolean {
  return upload.failed === "lost";
}

export function sizeText(bytes: number, language: string): string {
  const [unit, value] = bytes < 1024 * 1024 ? ["kilobyte", bytes / 1024] : ["megabyte", bytes / 1024 / 1024];
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit: unit as string,
    maximumFractionDigits: (value as number) < 10 ? 1 : 0,
  }).format(value as number);
}
