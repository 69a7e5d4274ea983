/** Owns the list of canned replies: the shared ones and the reader's own. */
import { Button, TextInput } from "@mantine/core";
import { IconMessagePlus, IconPlus, IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { CannedReply } from "../../../api/rest";
import { useSites } from "../../api/queries";
import { useCannedReplies } from "../../api/workspace";
import { search } from "../../chats/canned/search";
import { PageHead } from "../../ui/PageHead";
import { Empty, Loaded } from "../../ui/states";
import { Ago } from "../../ui/time";
import classes from "../Admin.module.css";
import { languageName } from "../languages";

const SEARCH_FROM = 8;

/** `base`: the address of this list, which stands in the administration and outside of it. */
export function CannedRepliesPage({ base }: { base: string }) {
  const { t } = useTranslation();
  const replies = useCannedReplies();
  const [wanted, setWanted] = useState("");
  const add = (
    <Button component={Link} href={`${base}/new`} leftSection={<IconPlus size={16} />}>
      {t("canned.add")}
    </Button>
  );
  return (
    <div className={classes.inner}>
      <PageHead title={t("canned.title")} text={t("canned.text")}>
        {(replies.data?.length ?? 0) > 0 && add}
      </PageHead>
      <Loaded query={replies}>
        {(items) =>
          items.length === 0 ? (
            <Empty
              icon={IconMessagePlus}
              title={t("canned.empty_title")}
              text={t("canned.empty_text")}
              action={add}
            />
          ) : (
            <>
              {items.length >= SEARCH_FROM && (
                <TextInput
                  mb="md"
                  maw={320}
                  leftSection={<IconSearch size={14} />}
                  aria-label={t("canned.search")}
                  placeholder={t("canned.search")}
                  value={wanted}
                  onChange={(event) => setWanted(event.currentTarget.value)}
                />
              )}
              <Table base={base} replies={wanted ? search(items, wanted.trim()) : items} />
            </>
          )
        }
      </Loaded>
    </div>
  );
}

function Table({ base, replies }: { base: string; replies: CannedReply[] }) {
  const { t, i18n } = useTranslation();
  const sites = useSites();
  const siteName = (id: string | null) =>
    id === null ? t("canned.all_sites") : (sites.data?.find((site) => site.id === id)?.name ?? "");
  if (replies.length === 0) return <p>{t("canned.none_found")}</p>;
  return (
    <div className={classes.tableFrame}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{t("canned.column.title")}</th>
            <th scope="col">{t("canned.column.shortcut")}</th>
            <th scope="col">{t("canned.column.place")}</th>
            <th scope="col">{t("canned.column.languages")}</th>
            <th scope="col">{t("canned.column.changed")}</th>
          </tr>
        </thead>
        <tbody>
          {replies.map((reply) => (
            <tr key={reply.id}>
              <td>
                <Link href={`${base}/${reply.id}`} className={classes.main}>
                  {reply.title}
                </Link>
                {reply.tags.length > 0 && <span className={classes.second}>{reply.tags.join(", ")}</span>}
              </td>
              <td>/{reply.shortcut}</td>
              <td>
                {siteName(reply.site_id)}
                {reply.personal && <span className={classes.second}>{t("canned.own")}</span>}
              </td>
              <td>
                {Object.keys(reply.texts)
                  .map((tag) => languageName(tag, i18n.language))
                  .join(", ")}
              </td>
              <td>
                <Ago at={reply.updated_at} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
