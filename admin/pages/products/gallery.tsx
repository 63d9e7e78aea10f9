import { UnstyledButton } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../api/client';
import { useFormat } from '../../parts/format';
import { Picture } from '../../parts/picture';
import classes from './products.module.css';

const MOST = 12;

export function Gallery({ product }: { product: Schemas['ProductDetailDto'] }) {
  const { t } = useTranslation('products');
  const format = useFormat();
  const [chosen, setChosen] = useState(0);
  const pictures = [...new Set([product.main_image, ...product.images])]
    .filter((picture) => picture !== null)
    .slice(0, MOST);
  return (
    <div className={classes.gallery}>
      <Picture src={pictures[chosen] ?? pictures[0] ?? null} size={280} alt={product.title} />
      {pictures.length > 1 &&
        pictures.map((picture, index) => (
          <UnstyledButton
            key={picture}
            className={classes.thumb}
            aria-pressed={index === chosen}
            aria-label={t('pictureOf', {
              number: format.count(index + 1),
              total: format.count(pictures.length),
            })}
            onClick={() => setChosen(index)}
          >
            <Picture src={picture} size={56} />
          </UnstyledButton>
        ))}
    </div>
  );
}
