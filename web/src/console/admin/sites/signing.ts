/** Owns the examples of how a site's server makes a signed identity. Pure; none needs more than the language's own library. */

export const signing_languages = ["node", "php", "python"] as const;
export type SigningLanguage = (typeof signing_languages)[number];

export function signingCode(language: SigningLanguage, site_key: string): string {
  return { node, php, python }[language].replace("SITE_KEY", site_key);
}

/** What the page does with the token. */
export const identifyCode = `beckon('identify', token)
// at sign-out
beckon('reset')`;

const node = `import { createHmac } from "node:crypto";

const part = (value) => Buffer.from(value).toString("base64url");

function beckonToken(customer) {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    sub: customer.id,
    aud: "SITE_KEY",
    iat: now,
    exp: now + 600,
    attributes: { plan: customer.plan },
  };
  const text = part('{"alg":"HS256","typ":"JWT"}') + "." + part(JSON.stringify(claims));
  const key = process.env.BECKON_IDENTITY_SECRET;
  return text + "." + createHmac("sha256", key).update(text).digest("base64url");
}`;

const php = `<?php
function part(string $value): string {
    return rtrim(strtr(base64_encode($value), '+/', '-_'), '=');
}

function beckon_token(Customer $customer): string {
    $now = time();
    $claims = [
        'sub' => (string) $customer->id,
        'aud' => 'SITE_KEY',
        'iat' => $now,
        'exp' => $now + 600,
        'attributes' => ['plan' => $customer->plan],
    ];
    $text = part('{"alg":"HS256","typ":"JWT"}') . '.' . part(json_encode($claims));
    $key = getenv('BECKON_IDENTITY_SECRET');
    return $text . '.' . part(hash_hmac('sha256', $text, $key, true));
}`;

const python = `import base64, hashlib, hmac, json, os, time

def part(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()

def beckon_token(customer) -> str:
    now = int(time.time())
    claims = {
        "sub": str(customer.id),
        "aud": "SITE_KEY",
        "iat": now,
        "exp": now + 600,
        "attributes": {"plan": customer.plan},
    }
    text = part(b'{"alg":"HS256","typ":"JWT"}') + "." + part(json.dumps(claims).encode())
    key = os.environ["BECKON_IDENTITY_SECRET"].encode()
    return text + "." + part(hmac.new(key, text.encode(), hashlib.sha256).digest())`;
