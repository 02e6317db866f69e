/** Runs `work` once per animation frame at most, however often it is asked for. */
export function perFrame(work: () => void): () => void {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    const once = (): void => {
      if (!asked) return;
      asked = false;
      work();
    };
    requestAnimationFrame(once);
    // A hidden page gets no frames, but its state goes on.
    if (document.hidden) setTimeout(once, 50);
  };
}
