#pragma once

namespace cruddur::cli {

// Raises this process's limit of open files to what it may be raised to: each connection takes one, and the
// usual limit is 1,024.
void raise_descriptor_limit();

} // namespace cruddur::cli
