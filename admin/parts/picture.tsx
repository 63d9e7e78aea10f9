import { IconPhoto } from '@tabler/icons-react';
import { useState } from 'react';
import { webAddress } from './web-address';
import classes from './picture.module.css';

interface PictureProps {
  src: string | null;
  /** Of its box, in pixels; it has this size before it is there, and where it never is. */
  size?: number;
  /** Empty where its title stands beside it. */
  alt?: string;
}

/** A picture of a shop: loaded when it comes into sight. The shop is not told which page shows it. */
export function Picture({ src, size = 40, alt = '' }: PictureProps) {
  const address = webAddress(src);
  const [failed, setFailed] = useState<string | null>(null);
  return (
    <span className={classes.box} style={{ width: size, height: size }}>
      {address && address !== failed ? (
        <img
          src={address}
          alt={alt}
          width={size}
          height={size}
          loading="lazy"
          decoding="async"
          referrerPolicy="no-referrer"
          className={classes.picture}
          onError={() => setFailed(address)}
        />
      ) : (
        <IconPhoto size={Math.min(48, size / 2)} stroke={1.3} aria-hidden />
      )}
    </span>
  );
}
