//! Who the responder is.

use crate::cloudtrail::ids;
use crate::investigation::account::Caller;

/// The name of the IAM user who asks; `None` for roles, federated users and root.
pub(super) fn user_name(caller: &Caller) -> Option<&str> {
    ids::user_name(&caller.arn)
}

/// Whether root asks.
pub(super) fn is_root(caller: &Caller) -> bool {
    caller.arn.ends_with(":root")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(arn: &str) -> Caller {
        Caller {
            arn: arn.to_owned(),
            account: "111122223333".to_owned(),
            key: None,
            attached: None,
        }
    }

    #[test]
    fn only_an_iam_user_has_a_user_name() {
        let user = caller("arn:aws:iam::111122223333:user/team/app/alex");
        assert_eq!(user_name(&user), Some("alex"));
        let session = caller("arn:aws:sts::111122223333:assumed-role/Responder/alex");
        assert_eq!((user_name(&session), is_root(&session)), (None, false));
        let root = caller("arn:aws:iam::111122223333:root");
        assert_eq!((user_name(&root), is_root(&root)), (None, true));
    }
}
