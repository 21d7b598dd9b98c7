// The VPC of a function, as creating and editing it choose it.
import FormField from "@cloudscape-design/components/form-field";
import Multiselect from "@cloudscape-design/components/multiselect";
import type { SecurityGroup, Subnet } from "@aws-sdk/client-ec2";
import { useEffect, useState } from "react";
import { describeGroups, describeSubnets } from "../ec2/calls";
import { groupOptions } from "../rds/create_parts";

export interface Network {
  subnets: string[];
  groups: string[];
}

export function vpcConfigOf(network: Network) {
  return { SubnetIds: network.subnets, SecurityGroupIds: network.groups };
}

export function NetworkFields({ value, set, error }: { value: Network; set(value: Network): void; error: string | undefined }) {
  const [offers, setOffers] = useState<{ subnets: Subnet[]; groups: SecurityGroup[] }>({ subnets: [], groups: [] });
  useEffect(() => {
    void Promise.all([describeSubnets(), describeGroups()]).then(([subnets, groups]) => setOffers({ subnets, groups }), () => undefined);
  }, []);
  const subnets = offers.subnets.map((each) => ({ value: each.SubnetId ?? "", label: each.SubnetId ?? "", description: each.AvailabilityZone }));
  const groups = groupOptions(offers.groups);
  return (
    <>
      <FormField label="Subnets" description="None: the function is outside of the VPC." errorText={error}>
        <Multiselect
          options={subnets}
          placeholder="Choose subnets"
          selectedOptions={subnets.filter((each) => value.subnets.includes(each.value))}
          deselectAriaLabel={(each) => `Remove ${each.label}`}
          onChange={({ detail }) => set({ ...value, subnets: detail.selectedOptions.map((each) => each.value ?? "") })}
        />
      </FormField>
      <FormField label="Security groups" description="A database's group has to let one of them in.">
        <Multiselect
          options={groups}
          placeholder="Choose security groups"
          selectedOptions={groups.filter((each) => value.groups.includes(each.value))}
          deselectAriaLabel={(each) => `Remove ${each.label}`}
          onChange={({ detail }) => set({ ...value, groups: detail.selectedOptions.map((each) => each.value ?? "") })}
        />
      </FormField>
    </>
  );
}
