/**
 * Shows a dialog over everything else; what it returns ends it and gives the focus back to where it was. A dialog that
 * is taken out of the page gives nothing back by itself, and the next key would go nowhere.
 */
export function showModal(element: HTMLDialogElement): () => void {
  const before = document.activeElement;
  element.showModal();
  return () => {
    element.close();
    const isLost = document.activeElement === document.body || document.activeElement === null;
    if (isLost && before instanceof HTMLElement && before.isConnected) before.focus();
  };
}
