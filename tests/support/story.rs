//! One long story that several tests tell.

use serde_json::json;

use super::incident::*;

/// A story in which nearly everything happens, much of it in the same second.
pub fn story() -> Vec<Call> {
    let admin = user("admin", "AKIAADMIN00000000001");
    let mallory = |key: &str| user("mallory", key).since(at(30));
    let open = call(&seed(), 40, "iam", "UpdateAssumeRolePolicy").request(json!({
        "roleName": "audit",
        "policyDocument": format!(r#"{{"Statement":[{{"Effect":"Allow","Principal":{{"AWS":"{OUTSIDE}"}}}}]}}"#),
    }));
    vec![
        use_of(&seed(), 0),
        create_user(&seed(), 10, "mallory"),
        create_key(&seed(), 10, "mallory", "AKIAZZCHILD000000002"),
        create_password(&seed(), 10, "mallory"),
        call(&seed(), 10, "iam", "AttachUserPolicy")
            .request(json!({"userName": "mallory", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"})),
        console_login("mallory", 30),
        use_of(&mallory("ASIAZZTEMP0000000001"), 30),
        use_of(&mallory("ASIAZZTEMP0000000002"), 31),
        create_role(&mallory("ASIAZZTEMP0000000001"), 31, "door"),
        assume_role(&service("ec2.amazonaws.com"), 31, "door", "i-1", "ASIAZZTEMP0000000003"),
        assume_role(&outside(), 32, "door", "guest", "ASIAZZTEMP0000000004"),
        assume_role(&seed(), 32, "door", "own", "ASIAZZTEMP0000000005"),
        // The same key minted twice, by two keys of the chain: publishers' masking does this.
        assume_role(
            &session("door", "own", "ASIAZZTEMP0000000005"),
            33,
            "audit",
            "x",
            "ASIAZZTEMP0000000006",
        ),
        assume_role(
            &user("mallory", "AKIAZZCHILD000000002"),
            33,
            "audit",
            "x",
            "ASIAZZTEMP0000000006",
        ),
        open,
        assume_role(&outside(), 41, "audit", "late", "ASIAZZTEMP0000000007"),
        on_user(&seed(), 50, "UpdateLoginProfile", "victim"),
        console_login("victim", 50),
        use_of(&user("victim", "ASIAZZTEMP0000000008").since(at(50)), 51),
        on_user(&admin, 60, "DeleteLoginProfile", "mallory"),
        on_user(&admin, 60, "DeleteUser", "mallory"),
        create_user_with_id(&seed(), 60, "mallory", "AIDASECOND"),
        create_user(&seed(), 61, "denied").denied(),
        use_of(&session("door", "unseen", "ASIAZZTEMP0000000010"), 36),
        use_of(
            &user("mallory", "ASIAZZTEMP0000000009").through("health.amazonaws.com"),
            35,
        ),
    ]
}
