//! What a user may have besides access keys and a password: MFA devices, SSH keys, certificates, service credentials.

use serde_json::{Value, json};

use super::super::answer::{Failure, Outcome};
use super::super::request::Request;
use super::super::state::{Identities, User};
use super::{date, missing, page};

pub(super) fn answer(identities: &mut Identities, request: &Request) -> Option<Outcome> {
    Some(match request.action.as_str() {
        "ListSSHPublicKeys" => listed(
            identities,
            request,
            "SSHPublicKeys",
            |user, id| json!({"UserName": user.name, "SSHPublicKeyId": id, "Status": "Active", "UploadDate": date(user.created)}),
        ),
        "ListSigningCertificates" => listed(
            identities,
            request,
            "Certificates",
            |user, id| json!({"UserName": user.name, "CertificateId": id, "CertificateBody": "-", "Status": "Active"}),
        ),
        "ListServiceSpecificCredentials" => listed(identities, request, "ServiceSpecificCredentials", |user, id| {
            json!({"UserName": user.name, "ServiceSpecificCredentialId": id, "Status": "Active",
                "ServiceUserName": format!("{}-at-1", user.name), "CreateDate": date(user.created),
                "ServiceName": "codecommit.amazonaws.com"})
        }),
        "DeleteSSHPublicKey" => delete(identities, request, "SSHPublicKeyId"),
        "DeleteSigningCertificate" => delete(identities, request, "CertificateId"),
        "DeleteServiceSpecificCredential" => delete(identities, request, "ServiceSpecificCredentialId"),
        "DeactivateMFADevice" => delete(identities, request, "SerialNumber"),
        // It lies about unassigned now, which nobody asks for.
        "DeleteVirtualMFADevice" => Ok(json!(null)),
        _ => return None,
    })
}

fn user<'i>(identities: &'i mut Identities, request: &Request) -> Result<&'i mut User, Failure> {
    let name = request.text("UserName").unwrap_or_default();
    let user = identities.users.get_mut(name);
    user.ok_or_else(|| missing(format!("The user with name {name} cannot be found.")))
}

fn list<'u>(user: &'u mut User, what: &str) -> &'u mut Vec<String> {
    match what {
        "SSHPublicKeys" | "SSHPublicKeyId" => &mut user.ssh_keys,
        "Certificates" | "CertificateId" => &mut user.certificates,
        "SerialNumber" => &mut user.mfa,
        _ => &mut user.service_credentials,
    }
}

fn listed(identities: &mut Identities, request: &Request, name: &str, one: fn(&User, &str) -> Value) -> Outcome {
    let user = user(identities, request)?;
    let ids = list(user, name).clone();
    Ok(page(request, name, ids.iter().map(|id| one(user, id))))
}

fn delete(identities: &mut Identities, request: &Request, parameter: &str) -> Outcome {
    let user = user(identities, request)?;
    let id = request.text(parameter).unwrap_or_default();
    let ids = list(user, parameter);
    let at = ids.iter().position(|known| known == id);
    ids.remove(at.ok_or_else(|| missing(format!("{parameter} {id} cannot be found.")))?);
    Ok(json!(null))
}
