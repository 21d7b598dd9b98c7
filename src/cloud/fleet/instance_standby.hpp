#pragma once

#include "cloud/fleet/instance_server.hpp"

namespace cruddur::cloud::fleet {

// What Multi-AZ is made of. Each blocks, and throws cluster::error.

// Its application_name and the name of its slot.
[[nodiscard]] std::string standby_name(int node);

// Gives the server a standby on the other node that has all that it acknowledges from the return on: the one
// that is there, or a new one. Where this throws, the server has none and waits for none.
void add_standby(instance_process& in, const instance_spec& spec);

// Ends the standby, which keeps its data; the server waits for none from here on.
void end_standby(instance_process& in);

// Ends it and removes all that it had.
void remove_standby(instance_process& in, const instance_spec& spec);

// Puts the standby in the place of the server, dead or alive, which never comes back as what it was. Where
// this throws, the instance has no server until start_instance() finishes it.
void fail_over(instance_process& in);

} // namespace cruddur::cloud::fleet
