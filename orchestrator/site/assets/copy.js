/** Buttons that copy the text beside them. Where the clipboard may not be used, the text is selected instead. */
export function enableCopying() {
  const said = document.querySelector('#cite .said');
  for (const button of document.querySelectorAll('button.copy')) {
    button.hidden = false;
    button.addEventListener('click', async () => {
      const source = document.getElementById(button.dataset.copy);
      try {
        await navigator.clipboard.writeText(source.textContent);
        said.textContent = 'Copied.';
      } catch {
        getSelection().selectAllChildren(source);
        said.textContent = 'Selected: copy it with the keyboard.';
      }
    });
  }
}
