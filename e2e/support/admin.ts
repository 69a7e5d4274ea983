/** An administrator, and the addresses of all pages of the administration, with the ids that the demo has. */
import type { Agent } from "./agent.ts";

interface List {
  items: { id: string }[];
}

export async function listAdminPages(admin: Agent): Promise<string[]> {
  const first = async (path: string) => {
    const [item] = (await admin.read<List>(path)).items;
    if (!item) throw new Error(`the demo has nothing under ${path}`);
    return item.id;
  };
  const site = await first("/sites");
  const below = `/admin/sites/${site}`;
  return [
    "/admin/sites",
    "/admin/sites/new",
    below,
    `${below}/tracking`,
    `${below}/offers`,
    `${below}/offers/new`,
    `${below}/offers/${await first(`/sites/${site}/offers`)}`,
    `${below}/rules`,
    `${below}/rules/new`,
    `${below}/rules/${await first(`/sites/${site}/rules`)}`,
    `${below}/queues`,
    `${below}/queues/new`,
    `${below}/queues/${await first(`/sites/${site}/queues`)}`,
    "/admin/users",
    "/admin/users/new",
    `/admin/users/${await first("/users")}`,
    "/admin/canned-replies",
    "/admin/canned-replies/new",
    "/admin/workspace",
  ];
}
