/** Owns presenting an offer by hand: what can be chosen, the caps with their values, and going over them. */
import { Alert, Button, Checkbox, Group, Modal, Select, Stack } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Cap, HandChoice, HandOffer, HandOfferAnswer } from "../../api/rest";
import { ApiError, request } from "../api/http";
import { keys, useHandChoice } from "../api/queries";
import { Notice } from "../ui/Notice";
import { told } from "../ui/notify";
import { OVER } from "../ui/over";
import { Loaded, LoadingRows } from "../ui/states";
import classes from "./Decisions.module.css";
import { capSentence, reasonSentence } from "./sentence";

interface HandOfferProps {
  visit: string;
  name: string;
  opened: boolean;
  onClose(): void;
}

export function HandOfferModal({ visit, name, opened, onClose }: HandOfferProps) {
  const { t } = useTranslation();
  const narrow = useMediaQuery("(max-width: 720px)");
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("decisions.hand.title", { name })}
      size={460}
      fullScreen={narrow ?? false}
      {...OVER}
    >
      {opened && <Choose visit={visit} onClose={onClose} />}
    </Modal>
  );
}

function Choose({ visit, onClose }: { visit: string; onClose(): void }) {
  const { t } = useTranslation();
  const choice = useHandChoice(visit);
  return (
    <Loaded query={choice} loading={<LoadingRows rows={3} />}>
      {(data) =>
        data === null ? (
          <p className={classes.second}>{t("decisions.hand.gone")}</p>
        ) : data.offers.length === 0 ? (
          <p className={classes.second}>{t("decisions.hand.none_offers")}</p>
        ) : (
          <Present visit={visit} choice={data} onClose={onClose} />
        )
      }
    </Loaded>
  );
}

function Present({ visit, choice, onClose }: { visit: string; choice: HandChoice; onClose(): void }) {
  const { t } = useTranslation();
  const [offerId, setOffer] = useState(choice.offers[0]?.id ?? null);
  const [queueId, setQueue] = useState(choice.queues[0]?.id ?? null);
  const [sure, setSure] = useState(false);
  const offer = choice.offers.find((known) => known.id === offerId);
  const queue = choice.queues.find((known) => known.id === queueId);
  const caps = [...choice.caps, ...(offer?.cap ? [offer.cap] : [])];
  const reached = caps.some((cap) => cap.reached);
  const refused = choice.refused ?? queue?.refused ?? null;
  const present = usePresent(visit, onClose);
  const failure = present.error ?? null;
  return (
    <Stack gap={16}>
      <Select
        label={t("decisions.hand.offer")}
        allowDeselect={false}
        searchable
        data={choice.offers.map(({ id, name }) => ({ value: id, label: name }))}
        value={offerId}
        onChange={setOffer}
      />
      <Select
        label={t("decisions.hand.queue")}
        description={
          queue &&
          t("decisions.hand.queue_help", {
            free: queue.gate.free_slots,
            open: queue.gate.open_presentations,
            most: queue.gate.free_slots * choice.capacity_factor,
          })
        }
        inputWrapperOrder={["label", "input", "description", "error"]}
        allowDeselect={false}
        data={choice.queues.map(({ id, name }) => ({ value: id, label: name }))}
        value={queueId}
        onChange={setQueue}
      />
      <Caps caps={caps} />
      <Notice color="gray" when={refused !== null}>
        {refused && t("decisions.hand.refused", { reason: reasonSentence(refused, t) })}
      </Notice>
      {refused === null && reached && (
        <Checkbox
          label={t("decisions.hand.sure")}
          checked={sure}
          onChange={(event) => setSure(event.currentTarget.checked)}
        />
      )}
      {failure && (
        <Alert color="red" role="alert">
          {failure}
        </Alert>
      )}
      <Group justify="flex-end" gap={8}>
        <Button variant="default" onClick={onClose}>
          {t("action.cancel")}
        </Button>
        <Button
          loading={present.isPending}
          disabled={refused !== null || !offerId || !queueId || (reached && !sure)}
          onClick={() =>
            offerId && queueId && present.go({ offer_id: offerId, queue_id: queueId, override_caps: reached })
          }
        >
          {t(reached ? "decisions.hand.over" : "decisions.hand.present")}
        </Button>
      </Group>
    </Stack>
  );
}

function Caps({ caps }: { caps: Cap[] }) {
  const { t } = useTranslation();
  return (
    <section className={classes.record}>
      <div>
        <h3>{t("decisions.hand.caps")}</h3>
        {caps.length === 0 ? (
          <p className={classes.second}>{t("decisions.hand.no_caps")}</p>
        ) : (
          <ul className={classes.caps}>
            {caps.map((cap) => (
              <li key={cap.reason}>
                <span>{capSentence(cap, t)}</span>
                {cap.reached && <span className={classes.reached}>{t("decisions.hand.reached")}</span>}
              </li>
            ))}
          </ul>
        )}
      </div>
    </section>
  );
}

function usePresent(visit: string, done: () => void) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const refresh = () => {
    for (const queryKey of [
      keys.visit(visit),
      keys.decision(visit),
      keys.decisions(visit),
      keys.handChoice(visit),
    ])
      void queryClient.invalidateQueries({ queryKey });
  };
  const post = useMutation<HandOfferAnswer, Error, HandOffer>({
    mutationFn: (body) => request("POST", `/visits/${visit}/offers`, body),
    onSuccess: (answer) => {
      refresh();
      if (answer.refused !== null) return;
      told(t("decisions.hand.done"));
      done();
    },
  });
  const refused = post.data?.refused ?? null;
  const failed = (reason: string) => t("decisions.hand.failed", { reason });
  const error = post.error
    ? post.error instanceof ApiError && post.error.status === 0
      ? t("error.network_text")
      : post.error.message
    : refused
      ? failed(reasonSentence(refused, t))
      : null;
  return { go: post.mutate, isPending: post.isPending, error };
}
