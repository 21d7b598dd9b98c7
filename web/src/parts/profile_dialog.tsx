// One's own name and words, edited.
import { useId, useState } from "preact/hooks";
import type { Profile } from "../api";
import { Failure } from "../failure";
import { updateProfile } from "../people";
import { say } from "../toast";
import { inWords } from "../words";
import { Dialog } from "./dialog";
import { Field, Form } from "./form";

const nameMax = 50;
const bioMax = 160;

interface EditProps {
  profile: Profile;
  changed: (profile: Profile) => void;
  close: () => void;
}

interface BioProps {
  bio: string;
  change: (bio: string) => void;
  wrong: string | undefined;
}

function BioField({ bio, change, wrong }: BioProps) {
  const id = useId();
  const left = bioMax - [...bio].length;
  return (
    <div class="field">
      <label for={id}>About you</label>
      <textarea
        id={id}
        class="field-area"
        name="bio"
        rows={4}
        dir="auto"
        value={bio}
        aria-invalid={wrong !== undefined}
        aria-describedby={wrong === undefined ? `${id}-left` : `${id}-wrong ${id}-left`}
        onInput={(event) => change(event.currentTarget.value)}
      />
      {wrong !== undefined && (
        <p class="field-wrong" id={`${id}-wrong`}>
          {wrong}
        </p>
      )}
      <p class="field-hint" id={`${id}-left`}>
        {left} characters left
      </p>
    </div>
  );
}

/** What the API refuses is said beside the field, until that is changed. */
export function ProfileDialog({ profile, changed, close }: EditProps) {
  const [name, setName] = useState(profile.display_name);
  const [bio, setBio] = useState(profile.bio ?? "");
  const [refused, setRefused] = useState<readonly string[]>([]);
  const refusedOf = (field: string) => {
    const codes = refused.filter((code) => code.startsWith(field));
    return codes.length === 0 ? undefined : inWords(new Failure(codes));
  };
  const agree = (field: string) => setRefused((before) => before.filter((code) => !code.startsWith(field)));
  const wrong = {
    name: [...name].length > nameMax ? inWords(new Failure(["display_name_exceed_max_chars"])) : refusedOf("display_name"),
    bio: [...bio].length > bioMax ? inWords(new Failure(["bio_exceed_max_chars"])) : refusedOf("bio"),
  };

  async function send() {
    let profileNow: Profile;
    try {
      profileNow = await updateProfile(name, bio);
    } catch (error) {
      if (error instanceof Failure) setRefused(error.codes);
      throw error;
    }
    close();
    changed(profileNow);
    say("Your profile is changed.");
  }

  return (
    <Dialog title="Edit your profile" close={close} closesBeside={false}>
      <Form
        label="Edit your profile"
        action="Save"
        doing="Saving…"
        invalid={wrong.name !== undefined || wrong.bio !== undefined}
        attempted={() => undefined}
        send={send}
        cancel={close}
      >
        <Field
          label="Name"
          name="name"
          autocomplete="name"
          dir="auto"
          value={name}
          change={(to) => {
            setName(to);
            agree("display_name");
          }}
          wrong={wrong.name}
        />
        <BioField
          bio={bio}
          change={(to) => {
            setBio(to);
            agree("bio");
          }}
          wrong={wrong.bio}
        />
      </Form>
    </Dialog>
  );
}
