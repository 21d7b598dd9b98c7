#include "aws/sts.hpp"

namespace cruddur::aws {

result<caller_identity> get_caller_identity(client& by) {
    auto done = by.call(sts_service, "GetCallerIdentity", {});
    if (!done) return done.error();
    return caller_identity{done->result().child_value("Account"), done->result().child_value("Arn")};
}

} // namespace cruddur::aws
