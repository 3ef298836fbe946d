/** A command to type elsewhere. */
export function Command({ text }: { text: string }) {
  return (
    <pre class="command">
      <code>{text}</code>
    </pre>
  );
}
