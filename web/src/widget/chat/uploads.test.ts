import { expect, it } from "vitest";
import { changed, chosen, file_bytes_max, mayRetry, next, type Upload } from "./uploads";

const files = (count: number) => Array.from({ length: count }, (_, n) => new File(["x"], `${n}.txt`));
const choose = (uploads: Upload[], count: number) =>
  chosen(
    uploads,
    "c1",
    files(count),
    files(count).map(({ name }) => `u${uploads.length}-${name}`),
  );
const failed = (uploads: Upload[]) => uploads.filter((upload) => upload.failed).map(({ failed }) => failed);

// spec: Q-8
it("takes as many files as a chat may have, and sends one after another", () => {
  const uploads = choose(choose([], 60), 40);
  expect([uploads.length, failed(uploads)]).toEqual([100, []]);
  expect(next(uploads)?.id).toBe("u0-0.txt");
});

// spec: Q-8
it("shows those beyond as refused, with the reason, and each that was chosen once", () => {
  const uploads = choose(choose([], 98), 5);
  expect(uploads.map(({ file }) => file.name).slice(98)).toEqual([
    "0.txt",
    "1.txt",
    "2.txt",
    "3.txt",
    "4.txt",
  ]);
  expect(failed(uploads)).toEqual(["full", "full", "full"]);
  expect(uploads.some(mayRetry)).toBe(false);
});

// spec: Q-8
it("has place again for another file once one is not on its way any more", () => {
  const uploads = changed(choose([], 100), "u0-0.txt", { failed: "kind" });
  expect(failed(choose(uploads, 2))).toEqual(["kind", "full"]);
});

it("refuses one that is too large without sending it, and takes the others", () => {
  const large = new File(["x"], "film.mp4");
  Object.defineProperty(large, "size", { value: file_bytes_max + 1 });
  expect(failed(chosen([], "c1", [large, ...files(1)], ["u1", "u2"]))).toEqual(["too_large"]);
});
