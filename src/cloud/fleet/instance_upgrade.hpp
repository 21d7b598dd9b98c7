#pragma once

#include "cloud/fleet/instance_server.hpp"

namespace cruddur::cloud::fleet {

// Has the instance's data, and its server, be of `spec.server_major`, and builds its standby anew. Where this
// throws (cluster::error), the data is of the version before, and the server has ended: start_instance()
// brings it back. A read replica, whose source is of that version already, is copied from it anew. Blocks.
void upgrade_instance(instance_process& in, const instance_spec& spec);

} // namespace cruddur::cloud::fleet
