import { useEffect } from 'react';
import { useParams, useSearchParams } from 'wouter';
import { useTranslation } from 'react-i18next';
import { Page } from '../../parts/page';
import { Whose } from '../../parts/whose';
import { NotFound } from '../../shell/not-found';
import { useScope } from '../../shell/scope';
import { usePerson } from '../../shell/session';
import { ProductPage } from './detail';
import { readId } from './filters';
import { ProductList } from './list';

export default function ProductsPage() {
  const { t } = useTranslation('products');
  const { id } = useParams<{ id?: string }>();
  if (id !== undefined) return <One id={readId(id)} />;
  return (
    <Page title={t('title')} hint={t('hint')}>
      <Whose>{(userId) => <ProductList userId={userId} />}</Whose>
    </Page>
  );
}

/** An address of a product says whose it is, so that staff can send it to each other. */
function One({ id }: { id: number | undefined }) {
  const person = usePerson();
  const { choose } = useScope();
  const [parameters] = useSearchParams();
  const userId = person.is_staff ? readId(parameters.get('user_id')) : undefined;
  useEffect(() => {
    // "Back" leads to the list that it is in.
    if (userId !== undefined) choose(userId);
    // Only when the address changes: the person may choose another user while here.
  }, [userId]);
  if (id === undefined) return <NotFound />;
  if (userId !== undefined) return <ProductPage id={id} userId={userId} />;
  return person.is_staff ? (
    <Whose>{(chosen) => <ProductPage key={chosen} id={id} userId={chosen} />}</Whose>
  ) : (
    <ProductPage id={id} userId={person.id} />
  );
}
