declare module '*.module.css' {
  const classes: Readonly<Record<string, string>>;
  export default classes;
}

declare module '*/styles.css';
declare module '*/style.css';
declare module '*/fonts.css';
