/** Owns finding one customer in a small window, to merge with or to link to. */
import { Button, Stack, Text, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Customer } from "../../api/rest";
import { LoadError, LoadingRows } from "../ui/states";
import classes from "./Customers.module.css";
import { customerName } from "./name";
import { findCustomers } from "./queries";

interface CustomerPickerProps {
  site: string;
  text: string;
  /** The label of the button beside each. */
  action: string;
  except?: string;
  pick(customer: Customer): void;
}

export function CustomerPicker({ site, text, action, except, pick }: CustomerPickerProps) {
  const { t } = useTranslation();
  const [search, setSearch] = useState("");
  const found = useQuery({
    queryKey: ["customers", "find", site, search],
    queryFn: ({ signal }) => findCustomers(site, search, signal),
    placeholderData: keepPreviousData,
  });
  const customers = found.data?.items.filter(({ id }) => id !== except);
  return (
    <Stack gap="sm">
      <Text>{text}</Text>
      <TextInput
        data-autofocus
        leftSection={<IconSearch size={14} />}
        aria-label={t("customers.search")}
        placeholder={t("customers.search")}
        value={search}
        maxLength={200}
        onChange={(event) => setSearch(event.currentTarget.value)}
      />
      {found.isError && <LoadError error={found.error} retry={() => void found.refetch()} />}
      {!customers && !found.isError && <LoadingRows rows={3} />}
      {customers?.length === 0 && <Text c="dimmed">{t("customers.no_match_title")}</Text>}
      <ul className={classes.rows}>
        {customers?.map((customer) => (
          <li key={customer.id}>
            <div className={classes.grow}>
              <div className="clip">{customerName(customer)}</div>
              <div className={`${classes.second} clip`}>
                {[customer.customer_ref, customer.email].filter(Boolean).join(" · ")}
              </div>
            </div>
            <Button size="xs" variant="default" onClick={() => pick(customer)}>
              {action}
            </Button>
          </li>
        ))}
      </ul>
    </Stack>
  );
}
