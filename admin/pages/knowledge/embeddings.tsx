import { Anchor, Group, Progress, SimpleGrid, Stack, Table, Text } from '@mantine/core';
import { useDisclosure, useId } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { answer, api, type Schemas } from '../../api/client';
import { LIVE_MS } from '../../api/queries';
import { Facts } from '../../parts/facts';
import { useFormat } from '../../parts/format';
import { Section } from '../../parts/section';
import { Answered } from '../../parts/states';
import { Code, State } from '../../parts/values';
import { progressOf, usageByDay, usageByReason, type UsageSum } from './usage';
import classes from './knowledge.module.css';

const REFRESH_MS = 15_000;

/** Of the whole installation, for staff. */
export function Embeddings() {
  const { t } = useTranslation('knowledge');
  const embeddings = useQuery({
    queryKey: ['knowledge', 'embeddings'],
    queryFn: () => answer(api.GET('/api/v1/web-knowledge/embeddings/')),
    refetchInterval: ({ state: { data } }) =>
      data && (data.building || data.pending_chunks > 0) ? LIVE_MS : REFRESH_MS,
  });
  return (
    <Section title={t('embeddings')} hint={t('embeddingsHint')}>
      <Answered query={embeddings}>
        {(data) => (
          <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="xl">
            <Stack gap="sm">
              <Overview data={data} />
              {data.building && <Building building={data.building} />}
            </Stack>
            <Usage usage={data.usage} />
          </SimpleGrid>
        )}
      </Answered>
    </Section>
  );
}

function Overview({ data }: { data: Schemas['EmbeddingsDto'] }) {
  const { t } = useTranslation('knowledge');
  const format = useFormat();
  const { embedder, configured, pending_chunks: pending, failed_chunks: failed } = data;
  return (
    <Facts
      facts={[
        [t('embedder'), embedder ? <Code>{embedder}</Code> : t('noEmbedder')],
        [
          t('configured'),
          <Group key="configured" gap="xs" component="span">
            <Code>{configured}</Code>
            {embedder !== configured && <State tone="waiting">{t('notTheSame')}</State>}
          </Group>,
        ],
        [t('pendingChunks'), format.count(pending)],
        [
          t('failedChunks'),
          failed > 0 ? <State tone="bad">{format.count(failed)}</State> : format.count(failed),
        ],
      ]}
    />
  );
}

function Building({ building }: { building: Schemas['BuildingDto'] }) {
  const { t } = useTranslation('knowledge');
  const format = useFormat();
  const id = useId();
  const progress = progressOf(building);
  return (
    <Stack gap={4}>
      <Group justify="space-between">
        <Text size="sm" fw={600} id={id}>
          {t('building')} <Code>{building.embedder}</Code>
        </Text>
        <Text size="sm">{format.percent(progress)}</Text>
      </Group>
      <Progress.Root>
        <Progress.Section value={progress * 100} aria-labelledby={id} />
      </Progress.Root>
      <Text size="xs" c="dimmed">
        {t('buildingOf', {
          done: format.count(building.products_done),
          products: format.count(building.products),
          embedded: format.count(building.chunks_embedded),
          chunks: format.count(building.chunks),
        })}
        {building.chunks_failed > 0 &&
          ` ${t('buildingFailed', { count: building.chunks_failed, formatted: format.count(building.chunks_failed) })}`}
      </Text>
    </Stack>
  );
}

const REASONS = ['created', 'changed', 'reembed', 'retry', 'question'] as const;

function Usage({ usage }: { usage: Schemas['UsageDto'][] }) {
  const { t } = useTranslation('knowledge');
  const format = useFormat();
  const [opened, { toggle }] = useDisclosure();
  const id = useId();
  if (usage.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t('noUsage')}
      </Text>
    );
  }
  const reasonText = (key: string) => {
    const reason = REASONS.find((known) => known === key);
    return reason ? t(`reason_${reason}`) : key;
  };
  return (
    <Stack gap="xs">
      <UsageTable label={t('usage')} first={t('reason')} sums={usageByReason(usage)} keyText={reasonText} />
      <Anchor
        component="button"
        type="button"
        size="sm"
        ta="start"
        aria-expanded={opened}
        aria-controls={id}
        onClick={toggle}
      >
        {t(opened ? 'hideDays' : 'showDays')}
      </Anchor>
      <div id={id}>
        {opened && (
          <UsageTable
            label={t('usageByDay')}
            first={t('day')}
            sums={usageByDay(usage)}
            // Noon, so that the day is the same in any time zone.
            keyText={(day) => format.date(`${day}T12:00:00Z`)}
          />
        )}
      </div>
    </Stack>
  );
}

interface UsageTableProps {
  label: string;
  first: string;
  sums: readonly UsageSum[];
  keyText: (key: string) => string;
}

function UsageTable({ label, first, sums, keyText }: UsageTableProps) {
  const { t } = useTranslation('knowledge');
  const format = useFormat();
  const numbers = ['requests', 'texts', 'tokens', 'cached', 'rejected'] as const;
  return (
    <Table.ScrollContainer
      minWidth={480}
      maxHeight={320}
      type="native"
      tabIndex={0}
      role="region"
      aria-label={label}
    >
      <Table captionSide="top" stickyHeader verticalSpacing={4} aria-label={label}>
        <Table.Caption ta="start">{label}</Table.Caption>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{first}</Table.Th>
            {numbers.map((name) => (
              <Table.Th key={name} className={classes.numeric}>
                {t(`usage_${name}`)}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {sums.map((sum) => (
            <Table.Tr key={sum.key}>
              <Table.Th scope="row" fw={400}>
                {keyText(sum.key)}
              </Table.Th>
              {numbers.map((name) => (
                <Table.Td key={name} className={classes.numeric}>
                  {format.count(sum[name])}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
