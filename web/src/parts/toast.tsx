import { hush, useToast } from "../toast";
import "./toast.css";

/** Where the page says in passing what was done. */
export function ToastPlace() {
  const toast = useToast();
  return (
    <div class="toast-place" role="status">
      {toast !== null && (
        <div class="toast" key={toast.id}>
          <span>{toast.text}</span>
          {toast.address !== undefined && (
            <a href={toast.address.href} onClick={hush}>
              {toast.address.name}
            </a>
          )}
          {toast.action !== undefined && (
            <button
              type="button"
              onClick={() => {
                hush();
                toast.action?.run();
              }}
            >
              {toast.action.name}
            </button>
          )}
        </div>
      )}
    </div>
  );
}
