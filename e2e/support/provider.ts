/** A provider of OpenID Connect for one journey: oidc-provider, whose page asks only who it is. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Provider } from "oidc-provider";
import { freePort } from "./demo.ts";

export interface Person {
  name: string;
  email: string;
  email_verified: boolean;
  groups?: string[];
}

export const client = { id: "beckon", secret: "a secret of sixty letters & signs" };

export class LocalProvider {
  private constructor(
    readonly issuer: string,
    private readonly server: Server,
  ) {}

  /** Knows these people, by the word that stands on their button, and takes one client with this redirect URL. */
  static async start(redirect: string, people: Record<string, Person>): Promise<LocalProvider> {
    const port = await freePort();
    // Another site than the console's, as providers are.
    const issuer = `http://localhost:${port}`;
    const provider = makeProvider(issuer, redirect, people);
    const answer = provider.callback();
    const server = createServer((request, response) => {
      if (request.url?.startsWith("/interaction/"))
        void ask(provider, Object.keys(people), request, response);
      else void answer(request, response);
    });
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    return new LocalProvider(issuer, server);
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

function makeProvider(issuer: string, redirect: string, people: Record<string, Person>): Provider {
  return new Provider(issuer, {
    clients: [{ client_id: client.id, client_secret: client.secret, redirect_uris: [redirect] }],
    claims: { email: ["email", "email_verified"], groups: ["groups"], openid: ["sub"], profile: ["name"] },
    cookies: { keys: ["a key of this journey"] },
    features: { devInteractions: { enabled: false } },
    pkce: { required: () => true },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, ...(people[id] as unknown as Record<string, string>) }),
    }),
    // Whoever signs in has agreed.
    loadExistingGrant: async ({ oidc }) => {
      const grant = new oidc.provider.Grant({
        clientId: oidc.client?.clientId ?? "",
        accountId: oidc.session?.accountId ?? "",
      });
      grant.addOIDCScope("openid email profile groups");
      await grant.save();
      return grant;
    },
  });
}

async function ask(
  provider: Provider,
  names: string[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? "", provider.issuer);
  const name = searchParams.get("as");
  if (name === "nobody") {
    const refusal = { error: "access_denied", error_description: "They did not want to." };
    await provider.interactionFinished(request, response, refusal);
  } else if (name !== null) {
    await provider.interactionFinished(request, response, { login: { accountId: name } });
  } else {
    const links = [...names, "nobody"].map(
      (one) => `<li><a href="${pathname}?as=${one}">I am ${one}</a></li>`,
    );
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end(
      `<!doctype html><html lang="en"><head><title>Acme</title><link rel="icon" href="data:,"></head>` +
        `<body><h1>Acme</h1><ul>${links.join("")}</ul></body></html>`,
    );
  }
}
