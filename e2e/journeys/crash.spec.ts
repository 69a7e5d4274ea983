/** The server dies in the middle of a chat and comes back on the same data. */
import { chat, expect, test, transcript } from "../support/journey.ts";

interface Messages {
  items: { seq: number; text: string; from: string }[];
}

const lost = /WebSocket|net::ERR_|Failed to fetch/;

// spec
test("every acknowledged message survives kill -9 exactly once and in order", async ({
  demo,
  visitor,
  agent,
  expectedErrors,
}) => {
  expectedErrors.push(lost);
  await chat(visitor, agent);
  const number = (n: number) => String(n).padStart(2, "0");
  for (let n = 1; n <= 5; n++) {
    await visitor.say(`from-visitor-${number(n)}`);
    await agent.say(`from-agent-${number(n)}`);
  }
  await agent.sees("from-visitor-05");
  await visitor.sees("from-agent-05");

  // The last ones are under way when the server dies, the next ones are written while it is away.
  await visitor.say("from-visitor-06");
  await agent.say("from-agent-06");
  await demo.kill();
  await visitor.say("from-visitor-07");
  await agent.say("from-agent-07");
  await demo.up();

  const pattern = /from-(visitor|agent)-\d\d/g;
  const complete = async (page: typeof visitor.page) => (await transcript(page, pattern)).sort().join(" ");
  const all = ["agent", "visitor"].flatMap((who) =>
    [1, 2, 3, 4, 5, 6, 7].map((n) => `from-${who}-${number(n)}`),
  );
  await expect.poll(() => complete(visitor.page), { timeout: 60_000 }).toBe(all.join(" "));
  await expect.poll(() => complete(agent.page), { timeout: 60_000 }).toBe(all.join(" "));

  const { items } = await agent.read<{ items: { id: string }[] }>("/chats?state=open");
  expect(items).toHaveLength(1);
  const stored = (await agent.read<Messages>(`/chats/${items[0]?.id}/messages?limit=100`)).items;
  const texts = stored.map((message) => message.text).filter((text) => /^from-/.test(text));
  await expect.poll(() => transcript(visitor.page, pattern)).toEqual(texts);
  await expect.poll(() => transcript(agent.page, pattern)).toEqual(texts);
  expect(stored.map((message) => message.seq)).toEqual(stored.map((_, index) => index + 1));
  for (const who of ["visitor", "agent"]) {
    const own = texts.filter((text) => text.startsWith(`from-${who}`));
    expect(own).toEqual([...own].sort());
  }
});
