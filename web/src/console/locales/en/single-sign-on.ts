/** Owns the English texts of the page of single sign-on. */
export const singleSignOn = {
  title: "Single sign-on",
  text: "People sign in to this console with the accounts of your company, through a provider of OpenID Connect.",
  provider: "Provider",
  provider_text:
    "Register Beckon there as a web application with a secret, then enter here what it gives you.",
  redirect: "Redirect URL",
  redirect_text: "Enter it at the provider, exactly as it stands here.",
  copy_redirect: "Copy the redirect URL",
  issuer: "Issuer URL",
  issuer_text:
    "The provider's address, exactly as it calls itself. It stands as issuer in its /.well-known/openid-configuration.",
  client_id: "Client ID",
  client_secret: "Client secret",
  secret_text: "It is kept sealed and not shown again.",
  secret_kept: "One is kept. Leave it empty to keep it.",
  secret_again: "The secret that is kept is for the issuer before: enter the one of this provider.",
  scopes: "Further scopes",
  scopes_text: "Asked for beside openid, email and profile, such as groups. Enter adds one.",
  test: "Test the provider",
  test_good: "The provider answers and can be used. People will sign in at {{address}}.",
  test_bad: "The provider cannot be used",
  problem: {
    bad_address: "The issuer URL is not an address that begins with https://, without query and password.",
    not_https:
      "{{address}} does not begin with https://. Only on this machine itself a provider may do without.",
    private_network:
      "{{address}} is in a private network. The operator allows such a network with the option --outbound-allow.",
    unreachable: "{{address}} cannot be reached: {{said}}.",
    wrong_status: "{{address}} answers with status {{said}} instead of 200. Check the issuer URL.",
    not_a_description: "{{address}} answers, and not with what a provider says of itself: {{said}}.",
    issuer_differs: "The provider calls itself {{said}}. Enter exactly that as issuer URL.",
    no_authorization_endpoint: "The provider names no authorization endpoint.",
    no_token_endpoint: "The provider names no token endpoint.",
    no_keys_address: "The provider does not say where its keys are: it names no jwks_uri.",
    no_code_flow: "The provider does not support the authorization code flow: its response types lack code.",
    no_pkce: "The provider does not support PKCE with S256.",
    no_client_authentication:
      "The provider takes the secret neither by client_secret_basic nor by client_secret_post, but by {{said}}.",
    unsupported_algorithms:
      "The provider signs with {{said}}. Supported are RS256 to RS512, PS256 to PS512, ES256, ES384 and EdDSA.",
    no_keys: "The provider publishes no key that can be used.",
  },
  page: "Sign-in page",
  enabled: "People can sign in through the provider",
  enabled_text:
    "The sign-in page has a button for it. Signing out ends the session here, not at the provider.",
  button: "Text of the button",
  people: "Who is let in",
  people_text:
    "At the first sign-in a person is linked to the user with the same e-mail address, which the provider must say is verified. From then on the subject (sub) that the provider gives decides who it is, whatever becomes of the address.",
  create: "Make users of people who are not known here",
  create_text:
    "Off, only people whom you have added come in. On, everybody whom the provider knows: at a public one, restrict it by the claim below.",
  default_role: "Their role",
  default_role_text: "Of new people whom no value below names.",
  no_default: "None: only people whom a value below names are made users",
  claim: "Claim that decides the role",
  claim_text:
    "Such as groups, or realm_access.roles for one within another. Leave it empty, and roles are given here alone.",
  values: {
    agent: "Values that make an agent",
    supervisor: "Values that make a supervisor",
    admin: "Values that make an administrator",
  },
  values_text:
    "The role follows at every sign-in through the provider, and the highest counts. Whom no value names keeps the role, and so does the last administrator who has a password.",
  passwords_title: "Passwords and the second step",
  passwords: "Agents and supervisors may sign in with a password too",
  passwords_text:
    "Off, they sign in through the provider alone; who is signed in stays so. Administrators can always sign in with their password, so that a provider that fails or is set up wrongly locks nobody out for good. The last administrator with a password can be neither disabled nor given another role.",
  second_step:
    "Whoever comes from the provider is not asked for a code here: the provider sees to that. Where everyone must use a second step (Workspace), they are, or set it up at the first sign-in.",
} as const;
