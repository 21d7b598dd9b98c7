import { Head } from "../parts/head";
import { Nothing } from "../parts/notice";

export const pattern = "*";
export const title = "Nothing here";

export function Page() {
  return (
    <>
      <Head title="Nothing here" back />
      <Nothing title="There is no such page">The address may be mistyped, or what it led to is gone.</Nothing>
    </>
  );
}
