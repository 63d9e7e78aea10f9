import { Alert, Button, Checkbox, Group, Modal, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Copy } from './values';
import classes from './secret-dialog.module.css';

interface SecretDialogProps {
  title: string;
  /** Shown this one time: keep it in the state of a component alone, and drop it with `done`. */
  secret: string;
  /** What it is called, above it. */
  label: string;
  done: () => void;
  /** What to do with it. */
  children?: ReactNode;
}

/** A secret that nobody can show again. Only who says to have stored it gets past it. */
export function SecretDialog({ title, secret, label, done, children }: SecretDialogProps) {
  const { t } = useTranslation();
  const [stored, setStored] = useState(false);
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, []);
  return (
    <Modal
      opened
      onClose={() => undefined}
      title={title}
      size="lg"
      withCloseButton={false}
      closeOnClickOutside={false}
      closeOnEscape={false}
    >
      <Stack>
        <Alert color="yellow" icon={<IconAlertTriangle aria-hidden />} title={t('secretOnce')}>
          {t('secretOnceHint')}
        </Alert>
        <SecretValue label={label} text={secret} />
        {children}
        <Group justify="space-between" mt="xs">
          <Checkbox
            label={t('secretStored')}
            checked={stored}
            onChange={({ currentTarget: { checked } }) => setStored(checked)}
          />
          <Button onClick={done} disabled={!stored}>
            {t('done')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

/** A value to take elsewhere, with its button. */
export function SecretValue({ label, text }: { label: string; text: string }) {
  const value = useRef<HTMLElement>(null);
  return (
    <div>
      <Text size="sm" fw={500} mb={4}>
        {label}
      </Text>
      <Group gap="xs" wrap="nowrap" align="center">
        <code ref={value} dir="ltr" className={classes.value}>
          {text}
        </code>
        <Copy text={text} shownIn={value} />
      </Group>
    </div>
  );
}
