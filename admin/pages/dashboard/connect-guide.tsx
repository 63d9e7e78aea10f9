import { Badge, Button, Group, Loader, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { answer, api } from '../../api/client';
import { useFormat } from '../../parts/format';
import { Section } from '../../parts/section';
import { Code, Copy } from '../../parts/values';
import { useScope } from '../../shell/scope';
import { usePerson } from '../../shell/session';
import classes from './dashboard.module.css';

/** What to do first, as long as no shop has sent anything. */
export function ConnectGuide() {
  const { t } = useTranslation('dashboard');
  const { is_staff: isStaff } = usePerson();
  const { userId } = useScope();
  const tokens = useQuery({
    queryKey: ['tokens', 'any', userId],
    queryFn: () =>
      answer(
        api.GET('/api/v1/integrations/tokens/', { params: { query: { page_size: 1, user_id: userId } } }),
      ),
  });
  const hasToken = !!tokens.data?.count;
  return (
    <Section
      title={t('connect')}
      hint={t(isStaff && userId === undefined ? 'connectHintStaff' : 'connectHint')}
    >
      <ol className={classes.steps}>
        <Step number={1} title={t('step1')} done={hasToken}>
          <Text size="sm">{t(hasToken ? 'step1Done' : 'step1Text')}</Text>
          <Button component={Link} href="/tokens" size="sm" variant={hasToken ? 'default' : 'filled'}>
            {t(hasToken ? 'step1Again' : 'step1Action')}
          </Button>
        </Step>
        <Step number={2} title={t('step2')}>
          <Text size="sm">{t('step2Text')}</Text>
          <Group gap="xs">
            <Code>{location.origin}</Code>
            <Copy text={location.origin} />
          </Group>
        </Step>
        <Step number={3} title={t('step3')}>
          <Text size="sm">{t('step3Text')}</Text>
          {hasToken && (
            <Group gap="xs">
              <Loader size="xs" type="dots" aria-hidden />
              <Text size="sm" c="dimmed">
                {t('waitingForShop')}
              </Text>
            </Group>
          )}
        </Step>
      </ol>
    </Section>
  );
}

interface StepProps {
  number: number;
  title: string;
  done?: boolean;
  children: ReactNode;
}

function Step({ number, title, done = false, children }: StepProps) {
  const { t } = useTranslation('dashboard');
  const format = useFormat();
  return (
    <li className={classes.step}>
      <ThemeIcon
        radius="xl"
        size={32}
        color={done ? 'green' : undefined}
        variant={done ? 'filled' : 'light'}
        aria-hidden
      >
        {done ? <IconCheck size={18} /> : <b>{format.count(number)}</b>}
      </ThemeIcon>
      <Stack gap="xs" align="flex-start">
        <Group gap="xs" mih={32}>
          <Title order={3} size="h5">
            {title}
          </Title>
          {done && (
            <Badge color="green" variant="light" tt="none">
              {t('done')}
            </Badge>
          )}
        </Group>
        {children}
      </Stack>
    </li>
  );
}
