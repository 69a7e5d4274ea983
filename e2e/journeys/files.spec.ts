/** Files in a chat: pictures both ways, what is refused and why, and that nothing that was sent ever runs. */
import { crc32, deflateSync } from "node:zlib";
import { check } from "../support/access.ts";
import { chat, expect, test } from "../support/journey.ts";

/** A picture of one colour, made here: nothing in it but its pixels. */
function png(width: number, height: number, color: [number, number, number]): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const framed = Buffer.alloc(body.length + 8);
    framed.writeUInt32BE(data.length, 0);
    body.copy(framed, 4);
    framed.writeUInt32BE(crc32(body), body.length + 4);
    return framed;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const row = Buffer.concat([Buffer.from([0]), Buffer.concat(Array(width).fill(Buffer.from(color)))]);
  const pixels = deflateSync(Buffer.concat(Array(height).fill(row)));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", pixels),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

const html = Buffer.from("<!doctype html><script>document.title = 'owned'</script>");
const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="document.title=1"><rect/></svg>');

/** The recorder of a journey asks for the pictures on their way, and may not. */
const asked_by_recorder = /Connecting to 'blob:/;

// spec: Q-8
test("a picture goes both ways, is shown large over the page, and its address saves it", async ({
  visitor,
  agent,
  expectedErrors,
}) => {
  expectedErrors.push(asked_by_recorder);
  await chat(visitor, agent);
  await visitor.widget.locator("input[type=file]").setInputFiles({
    name: "oslo chair.png",
    mimeType: "image/png",
    buffer: png(640, 400, [15, 118, 110]),
  });
  const at_visitor = visitor.log.getByRole("img", { name: "Picture: oslo chair.png" });
  const at_agent = agent.log.getByRole("img", { name: "Picture: oslo chair.png" });
  await expect(at_visitor).toBeVisible();
  await expect(at_agent).toBeVisible();
  for (const picture of [at_visitor, at_agent]) {
    await expect.poll(() => picture.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(480);
  }

  await agent.page.getByTestId("file").setInputFiles({
    name: "sofa.png",
    mimeType: "image/png",
    buffer: png(200, 300, [180, 60, 40]),
  });
  const answer = visitor.log.getByRole("button", { name: "Picture: sofa.png" });
  await expect(answer).toBeVisible();
  await check(visitor.page, "pictures");
  await check(agent.page, "pictures in the console");
  await answer.click();
  const large = visitor.widget.getByRole("dialog", { name: "sofa.png" });
  const shown = large.getByRole("img", { name: "Picture: sofa.png" });
  await expect.poll(() => shown.evaluate((img: HTMLImageElement) => img.naturalHeight)).toBe(300);
  await check(visitor.page, "a large picture");
  const saved = visitor.page.waitForEvent("download");
  await large.getByRole("link", { name: "Download" }).click();
  expect((await saved).suggestedFilename()).toBe("sofa.png");
  await visitor.page.keyboard.press("Escape");
  await expect(large).toBeHidden();
  await expect(answer).toBeFocused();
  await expect(visitor.composer).toBeVisible();

  const chair = agent.log.getByRole("button", { name: "Picture: oslo chair.png" });
  await chair.click();
  const dialog = agent.page.getByRole("dialog", { name: "oslo chair.png" });
  const fitted = dialog.getByRole("img", { name: "Picture: oslo chair.png" });
  await expect.poll(() => fitted.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(640);
  await check(agent.page, "a large picture in the console");
  const saved_by_agent = agent.page.waitForEvent("download");
  await dialog.getByRole("link", { name: "Download" }).click();
  expect((await saved_by_agent).suggestedFilename()).toBe("oslo chair.png");
  await agent.page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(chair).toBeFocused();

  await agent.say("Which one?");
  await visitor.sees("Which one?");
  await expect(agent.page.getByText("Read", { exact: true }).first()).toBeVisible();
});

// spec: Q-8
test("a picture is pasted into the message, on either side", async ({ visitor, agent, expectedErrors }) => {
  expectedErrors.push(asked_by_recorder);
  await chat(visitor, agent);
  const paste = (target: HTMLElement, bytes: number[]) => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(bytes)], "pasted.png", { type: "image/png" }));
    target.dispatchEvent(
      new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }),
    );
  };
  const picture = [...png(60, 60, [20, 20, 200])];
  await visitor.composer.evaluate(paste, picture);
  await expect(agent.log.getByRole("img", { name: "Picture: pasted.png" })).toBeVisible();
  await agent.composer.evaluate(paste, picture);
  await expect(visitor.log.getByRole("img", { name: "Picture: pasted.png" })).toHaveCount(2);
});

// spec: X-7
test("pages and scripts are refused with words, and a document is saved, never shown", async ({
  visitor,
  agent,
  expectedErrors,
}) => {
  expectedErrors.push(/status of 415/, /status of 413/);
  expectedErrors.push(asked_by_recorder);
  await chat(visitor, agent);
  const file = visitor.widget.locator("input[type=file]");
  for (const [name, buffer] of [
    ["page.html", html],
    ["page.png", html],
    ["drawing.svg", svg],
  ] as const) {
    await file.setInputFiles({ name, mimeType: "image/png", buffer });
    await expect(visitor.log.getByText("Files of this kind cannot be sent")).toBeVisible();
    await visitor.log.getByRole("button", { name: "Discard" }).click();
    await agent.page.getByTestId("file").setInputFiles({ name, mimeType: "image/png", buffer });
    await expect(agent.log.getByText("Files of this kind cannot be sent")).toBeVisible();
    await agent.log.getByRole("button", { name: "Discard" }).click();
  }
  await file.setInputFiles({
    name: "large.png",
    mimeType: "image/png",
    buffer: Buffer.alloc(10 * 1024 * 1024 + 1),
  });
  await expect(visitor.log.getByText("Larger than 10 MB")).toBeVisible();
  await visitor.log.getByRole("button", { name: "Discard" }).click();

  // Text that looks like a page stays text, saved under its own name.
  await file.setInputFiles({
    name: "notes.txt",
    mimeType: "text/html",
    buffer: Buffer.from("2 < 3 <b>chairs</b>"),
  });
  const link = agent.log.getByRole("link", { name: /notes\.txt/ });
  await expect(link).toBeVisible();
  await expect(visitor.log.getByRole("link", { name: /notes\.txt/ })).toBeVisible();
  await check(visitor.page, "file");
  await check(agent.page, "file in the console");
  const address = await link.getAttribute("href");
  const answer = await agent.page.request.get(`${agent.origin}${address}`);
  expect(answer.headers()["content-type"]).toBe("text/plain; charset=utf-8");
  expect(answer.headers()["content-disposition"]).toMatch(/^attachment;/);
  expect(answer.headers()["content-security-policy"]).toBe("default-src 'none'; sandbox");
  expect(answer.headers()["x-content-type-options"]).toBe("nosniff");
});

// spec: Q-8
test("an emoji is chosen in the widget and found by name in the console", async ({ visitor, agent }) => {
  await chat(visitor, agent);
  await visitor.widget.getByRole("button", { name: "Emoji" }).click();
  await visitor.widget.getByRole("button", { name: "👍" }).click();
  await visitor.composer.press("Enter");
  await agent.sees("👍");
  await agent.page.getByRole("button", { name: "Emoji" }).click();
  const search = agent.page.getByRole("textbox", { name: "Find an emoji" });
  await expect(search).toBeVisible();
  await check(agent.page, "emoji");
  await search.fill("deliv");
  await search.press("Enter");
  await expect(agent.composer).toHaveValue("🚚");
  await agent.composer.press("Enter");
  await visitor.sees("🚚");
});
