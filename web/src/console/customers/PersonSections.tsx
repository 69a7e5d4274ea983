/** Owns who the visitor of a chat is, beside the chat: identity, record, attributes, earlier visits and chats (C-3). */
import { Button, Group, Text } from "@mantine/core";
import { closeAllModals, openModal } from "@mantine/modals";
import { IconLink, IconLinkOff, IconUserPlus } from "@tabler/icons-react";
import { useIsMutating, useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";
import type { Customer, Person } from "../../api/rest";
import type { Chat } from "../../api/wire";
import { ApiError, request } from "../api/http";
import sessionClasses from "../chats/Session.module.css";
import { PanelSection } from "../chats/session/PanelSection";
import { fullTime } from "../ui/format";
import { told, warned } from "../ui/notify";
import { Loaded, LoadingRows } from "../ui/states";
import { Fact } from "../visitors/VisitParts";
import { CustomerPicker } from "./CustomerPicker";
import classes from "./Customers.module.css";
import { customerName } from "./name";
import { PastChats, PastVisits } from "./Past";
import { LinkMark, ProofMark } from "./Proof";
import { customerKeys, useDirectory, usePerson } from "./queries";

const REFRESH_MS = 20_000;

export function PersonSections({ chat }: { chat: Chat }) {
  const person = usePerson(chat.visitor_id, chat.state === "ended" ? false : REFRESH_MS);
  const queryClient = useQueryClient();
  // A chat that changed may have done so because it is known now who the visitor is.
  useEffect(() => {
    void queryClient.invalidateQueries({ queryKey: customerKeys.person(chat.visitor_id) });
  }, [queryClient, chat]);
  return (
    <Loaded query={person} loading={<LoadingRows rows={3} height={24} />}>
      {(data) => <Sections chat={chat} person={data} />}
    </Loaded>
  );
}

function Sections({ chat, person }: { chat: Chat; person: Person }) {
  const { t } = useTranslation();
  const visits = person.visits.filter((visit) => visit.id !== chat.visit_id);
  const chats = person.chats.filter((one) => one.id !== chat.id);
  return (
    <>
      <PanelSection name="customer" title={t("customers.customer")}>
        <Who chat={chat} person={person} />
      </PanelSection>
      {person.attributes.length > 0 && (
        <PanelSection name="attributes" title={t("customers.attributes")}>
          <Attributes person={person} />
        </PanelSection>
      )}
      {chats.length > 0 && (
        <PanelSection name="earlier_chats" title={t("customers.earlier_chats")}>
          <PastChats chats={chats} />
        </PanelSection>
      )}
      {visits.length > 0 && (
        <PanelSection name="earlier_visits" title={t("customers.earlier_visits")}>
          <PastVisits visits={visits} />
        </PanelSection>
      )}
    </>
  );
}

function Who({ chat, person }: { chat: Chat; person: Person }) {
  const { t } = useTranslation();
  const { identity, customer, link } = person;
  const proof = identity && (identity.this_visit ?? "claimed");
  const known = link === "by_hand" ? link : proof;
  return (
    <>
      {customer && link && (
        <div>
          <Group gap={8} wrap="nowrap" justify="space-between">
            <Link href={`/customers/${customer.id}`} className={`${classes.name} clip`}>
              {customerName(customer)}
            </Link>
            {known && <LinkMark link={known} />}
          </Group>
          <Facts customer={customer} />
        </div>
      )}
      {!customer && identity && proof && (
        <dl className={sessionClasses.facts}>
          <Fact name={t("customers.ref")}>{identity.customer_ref}</Fact>
          <Fact name={t("customers.name")}>{identity.name}</Fact>
          <Fact name={t("customers.email")}>{identity.email}</Fact>
          <Fact name={t("customers.proof_label")}>
            <ProofMark proof={proof} />
          </Fact>
        </dl>
      )}
      {!customer && !identity && <Text c="dimmed">{t("customers.unknown")}</Text>}
      {identity?.proof !== "signed" && <Links chat={chat} person={person} />}
    </>
  );
}

function Facts({ customer }: { customer: Customer }) {
  const { t } = useTranslation();
  const directory = useDirectory(customer.site_id);
  return (
    <dl className={sessionClasses.facts}>
      <Fact name={t("customers.ref")}>{customer.customer_ref}</Fact>
      <Fact name={t("customers.email")}>{customer.email}</Fact>
      <Fact name={t("customers.phone")}>{customer.phone}</Fact>
      <Fact name={t("customers.company")}>{customer.company}</Fact>
      {directory.data?.fields.map(({ key, label }) => (
        <Fact key={key} name={label}>
          {customer.fields[key]}
        </Fact>
      ))}
    </dl>
  );
}

function Attributes({ person }: { person: Person }) {
  const { t, i18n } = useTranslation();
  return (
    <dl className={sessionClasses.facts}>
      {person.attributes.map(({ name, value, signed }) => (
        <Fact key={`${name}-${signed}`} name={name}>
          <Group gap={8} wrap="nowrap" justify="space-between">
            <span>
              {value.type === "time"
                ? fullTime(value.value, i18n.language)
                : value.type === "boolean"
                  ? t(value.value ? "customers.yes" : "customers.no")
                  : String(value.value)}
            </span>
            <ProofMark proof={signed ? "signed" : "claimed"} />
          </Group>
        </Fact>
      ))}
    </dl>
  );
}

/** What an agent can say about who the visitor is, as long as no signature does. */
function Links({ chat, person }: { chat: Chat; person: Person }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const refresh = () =>
    void queryClient.invalidateQueries({ queryKey: customerKeys.person(chat.visitor_id) });
  const link = useMutation({
    mutationFn: (customer_id: string | null) =>
      request<void>("PUT", `/visitors/${chat.visitor_id}/customer`, { customer_id }),
    onSuccess: (_, customer_id) => {
      queryClient.removeQueries({ queryKey: customerKeys.unlinked(chat.id) });
      told(t(customer_id ? "customers.linked" : "customers.unlinked"));
      refresh();
    },
    onError: (error) => warned(error.message),
  });
  const choose = () =>
    openModal({
      title: t("customers.link_title"),
      children: (
        <CustomerPicker
          site={chat.site_id}
          text={t("customers.link_text")}
          action={t("customers.link_action")}
          pick={(customer) => {
            closeAllModals();
            link.mutate(customer.id);
          }}
        />
      ),
    });
  if (person.link === "by_hand") {
    return (
      <Button
        size="xs"
        mt={8}
        variant="default"
        leftSection={<IconLinkOff size={14} />}
        loading={link.isPending}
        onClick={() => link.mutate(null)}
      >
        {t("customers.unlink")}
      </Button>
    );
  }
  return (
    <Group gap={8} mt={8}>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconLink size={14} />}
        loading={link.isPending}
        onClick={choose}
      >
        {t("customers.link")}
      </Button>
      {Object.keys(bodyFrom(chat)).length > 0 && <AddButton chat={chat} />}
    </Group>
  );
}

/**
 * One at a time for each visitor, also when the chat is left and opened again meanwhile. A record that was made and not
 * linked is linked by the next attempt.
 */
function AddButton({ chat }: { chat: Chat }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const [, go] = useLocation();
  const mutationKey = ["add-customer", chat.visitor_id];
  const person = customerKeys.person(chat.visitor_id);
  const unlinked = customerKeys.unlinked(chat.id);
  const add = useMutation({
    mutationKey,
    mutationFn: async () => {
      const made =
        queryClient.getQueryData<Customer>(unlinked) ??
        (await request<Customer>("POST", `/sites/${chat.site_id}/customers`, bodyFrom(chat)));
      queryClient.setQueryDefaults(unlinked, { gcTime: Number.POSITIVE_INFINITY });
      queryClient.setQueryData<Customer>(unlinked, made);
      await request<void>("PUT", `/visitors/${chat.visitor_id}/customer`, { customer_id: made.id });
      queryClient.removeQueries({ queryKey: unlinked });
      return made;
    },
    onSuccess: (made) => {
      queryClient.setQueryData<Person>(
        person,
        (held) => held && { ...held, customer: made, link: "by_hand" },
      );
      void queryClient.invalidateQueries({ queryKey: person });
    },
    onError: (error) => {
      // Erased or merged meanwhile, it is not kept for the next attempt.
      const gone = error instanceof ApiError && (error.status === 404 || error.status === 409);
      if (gone) queryClient.removeQueries({ queryKey: unlinked });
      const made = queryClient.getQueryData(unlinked) !== undefined;
      warned(made ? t("customers.made_unlinked", { detail: error.message }) : error.message);
    },
  });
  const under_way = useIsMutating({ mutationKey }) > 0;
  const press = () => {
    if (queryClient.isMutating({ mutationKey }) > 0) return;
    add.mutate(undefined, { onSuccess: ({ id }) => go(`/customers/${id}`) });
  };
  return (
    <Button
      size="xs"
      variant="default"
      leftSection={<IconUserPlus size={14} />}
      loading={under_way}
      onClick={press}
    >
      {t("customers.create_from_chat")}
    </Button>
  );
}

/** The record that the answers of the form make. */
function bodyFrom(chat: Chat): Partial<Customer> {
  const answer = (...keys: string[]) => chat.answers.find(({ key }) => keys.includes(key))?.value;
  const found = {
    first_name: answer("first_name", "name"),
    last_name: answer("last_name", "surname"),
    email: answer("email", "mail", "primary_email"),
    phone: answer("phone", "telephone"),
    company: answer("company"),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value));
}
