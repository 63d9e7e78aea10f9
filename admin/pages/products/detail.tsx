import { Alert, Button, Grid, Stack, Table, Text } from '@mantine/core';
import { IconExternalLink } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { answer, api, ApiError, type Schemas } from '../../api/client';
import { LongText } from '../../parts/long-text';
import { Page } from '../../parts/page';
import { plainText } from '../../parts/plain-text';
import { Section } from '../../parts/section';
import { Answered } from '../../parts/states';
import { webAddress } from '../../parts/web-address';
import { NotFound } from '../../shell/not-found';
import { usePerson } from '../../shell/session';
import { ProductFacts } from './detail-facts';
import { Gallery } from './gallery';
import { History } from './history';
import { Known, useKnown } from './known';
import { searchableOf, type Searchable } from './searchable';
import { Variations } from './variations';
import { useFormat } from '../../parts/format';

const REFRESH_MS = 15_000;

export function ProductPage({ id, userId }: { id: number; userId: number }) {
  const { t } = useTranslation('products');
  const { is_staff: isStaff } = usePerson();
  const product = useQuery({
    queryKey: ['products', 'one', userId, id],
    queryFn: () =>
      answer(
        api.GET('/api/v1/web-knowledge/products/{id}/', {
          params: { path: { id }, query: { user_id: isStaff ? userId : undefined } },
        }),
      ),
    refetchInterval: ({ state }) => (state.error ? false : REFRESH_MS),
  });
  if (product.error instanceof ApiError && product.error.status === 404) return <NotFound />;
  const back = { href: '/products', text: t('title') };
  const link = webAddress(product.data?.link);
  return (
    <Page
      title={product.data?.title ?? t('product')}
      back={back}
      actions={
        link && (
          <Button
            component="a"
            href={link}
            target="_blank"
            rel="noopener noreferrer"
            variant="default"
            leftSection={<IconExternalLink size={16} aria-hidden />}
          >
            {t('openInShop')}
          </Button>
        )
      }
    >
      <Answered query={product}>{(data) => <Whole product={data} userId={userId} />}</Answered>
    </Page>
  );
}

function Whole({ product, userId }: { product: Schemas['ProductDetailDto']; userId: number }) {
  const { t } = useTranslation('products');
  const { t: common } = useTranslation();
  const chunks = useKnown(product.id, userId, product.is_active);
  return (
    <>
      {chunks.data && <SearchableState searchable={searchableOf(product, chunks.data.results)} />}
      <Grid>
        <Grid.Col span={{ base: 12, md: 'content' }}>
          <Gallery product={product} />
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 'auto' }}>
          <ProductFacts product={product} />
        </Grid.Col>
      </Grid>
      {product.variations.length > 0 && <Variations product={product} />}
      <Descriptions product={product} />
      {product.attributes.length > 0 && (
        <Section title={t('attributes')}>
          <Table aria-label={t('attributes')} verticalSpacing="xs">
            <Table.Tbody>
              {product.attributes.map(({ name, options }) => (
                <Table.Tr key={name}>
                  <Table.Th scope="row" w="30%">
                    <bdi>{name}</bdi>
                  </Table.Th>
                  <Table.Td>
                    {options.map((option, index) => (
                      <span key={option}>
                        {index > 0 && common('comma')}
                        <bdi>{option}</bdi>
                      </span>
                    ))}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Section>
      )}
      <Known query={chunks} />
      <History product={product} userId={userId} />
    </>
  );
}

function SearchableState({ searchable }: { searchable: Searchable }) {
  const { t } = useTranslation('products');
  const format = useFormat();
  const { state } = searchable;
  const color = { found: 'green', deleted: 'gray', unread: 'yellow', pending: 'yellow', failed: 'red' }[
    state
  ];
  const text =
    searchable.state === 'pending'
      ? t('pendingText', {
          waiting: format.count(searchable.waiting),
          chunks: format.count(searchable.chunks),
        })
      : searchable.state === 'failed'
        ? t('failedText', {
            failed: format.count(searchable.failed),
            chunks: format.count(searchable.chunks),
          })
        : t(`${searchable.state}Text`);
  const reason = 'reason' in searchable ? searchable.reason : null;
  return (
    <Alert color={color} title={t(`${state}Title`)} role="status" py="xs">
      <Text size="sm">{text}</Text>
      {reason && (
        <Text size="sm" dir="auto">
          {t('reason', { reason })}
        </Text>
      )}
    </Alert>
  );
}

/** What the shop says of it in HTML is shown as text. */
function Descriptions({ product }: { product: Schemas['ProductDetailDto'] }) {
  const { t } = useTranslation('products');
  const short = plainText(product.short_description);
  const long = plainText(product.description);
  return (
    <Section title={t('description')}>
      {short === '' && long === '' && <Text c="dimmed">{t('noDescription')}</Text>}
      <Stack gap="sm">
        {short !== '' && (
          <div>
            {long !== '' && (
              <Text size="xs" c="dimmed">
                {t('shortDescription')}
              </Text>
            )}
            <LongText text={short} lines={6} />
          </div>
        )}
        {long !== '' && <LongText text={long} lines={10} />}
      </Stack>
    </Section>
  );
}
