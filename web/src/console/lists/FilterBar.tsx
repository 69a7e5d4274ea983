/** Owns the bar above a list: search, filters, how many there are, and what can be done. */
import { CloseButton, Select, TextInput, VisuallyHidden } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Site } from "../../api/rest";
import classes from "./Lists.module.css";

const SEARCH_AFTER_MS = 300;

interface FilterBarProps {
  title: string;
  /** How many items there are, in words. */
  count?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

export function FilterBar({ title, count, actions, children }: FilterBarProps) {
  return (
    <div className={classes.bar}>
      <VisuallyHidden component="h1">{title}</VisuallyHidden>
      {children}
      {count !== undefined && (
        <span className={`${classes.count} num`} role="status">
          {count}
        </span>
      )}
      {actions && <span className={classes.actions}>{actions}</span>}
    </div>
  );
}

interface SearchFieldProps {
  label: string;
  value: string;
  lengthMax?: number;
  /** Each key counts at once, where nothing is asked of the server. */
  immediate?: boolean;
  onChange(text: string): void;
}

/** What is typed is searched a moment after the last key. */
export function SearchField({
  label,
  value,
  lengthMax = 100,
  immediate = false,
  onChange,
}: SearchFieldProps) {
  const { t } = useTranslation();
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => onChange(text), immediate ? 0 : SEARCH_AFTER_MS);
    return () => clearTimeout(timer);
  }, [text, value, immediate, onChange]);
  return (
    <TextInput
      size="xs"
      className={classes.search}
      leftSection={<IconSearch size={14} />}
      aria-label={label}
      placeholder={label}
      maxLength={lengthMax}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      rightSection={
        text && <CloseButton size="xs" aria-label={t("lists.clear_search")} onClick={() => setText("")} />
      }
    />
  );
}

interface FilterSelectProps {
  label: string;
  /** What it says while nothing is chosen. */
  all: string;
  data: { value: string; label: string }[];
  value: string | null;
  onChange(value: string | null): void;
}

export function FilterSelect({ label, all, data, value, onChange }: FilterSelectProps) {
  return (
    <Select
      size="xs"
      className={classes.filter}
      aria-label={label}
      placeholder={all}
      clearable
      searchable={data.length > 10}
      data={data}
      value={value}
      onChange={onChange}
    />
  );
}

/** Nothing to choose while there is one site. */
export function SiteSelect({
  sites,
  value,
  onChange,
}: {
  sites: Site[];
  value: string;
  onChange(id: string): void;
}) {
  const { t } = useTranslation();
  if (sites.length < 2) return null;
  return (
    <Select
      size="xs"
      className={classes.filter}
      aria-label={t("lists.site")}
      allowDeselect={false}
      data={sites.map(({ id, name }) => ({ value: id, label: name }))}
      value={value}
      onChange={(id) => id && onChange(id)}
    />
  );
}
