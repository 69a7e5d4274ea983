/** Owns the choice of sounds: which, how loud, and trying one out. */
import { Button, Group, Slider, Stack, Switch, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { keepSoundSettings, SOUNDS, type SoundSettings, soundSettings, tryOut } from "../live/sounds";

export function SoundFields() {
  const { t } = useTranslation();
  const [settings, setSettings] = useState(soundSettings);
  const change = (part: Partial<SoundSettings>) => {
    const changed = { ...settings, ...part };
    keepSoundSettings(changed);
    setSettings(changed);
  };
  return (
    <Stack gap={8}>
      {SOUNDS.map((sound) => (
        <Group key={sound} justify="space-between" wrap="nowrap" gap={8}>
          <Switch
            label={t(`sounds.${sound}`)}
            checked={settings[sound]}
            onChange={(event) => change({ [sound]: event.currentTarget.checked })}
          />
          <Button
            size="compact-xs"
            flex="none"
            variant="default"
            aria-label={t("sounds.try_name", { sound: t(`sounds.${sound}`) })}
            onClick={() => tryOut(sound)}
          >
            {t("sounds.try")}
          </Button>
        </Group>
      ))}
      <div>
        <Text size="xs" c="dimmed">
          {t("sounds.volume")}
        </Text>
        <Slider
          size="sm"
          thumbLabel={t("sounds.volume")}
          label={(value) => `${value} %`}
          step={5}
          value={settings.volume}
          onChange={(volume) => change({ volume })}
        />
      </div>
    </Stack>
  );
}
