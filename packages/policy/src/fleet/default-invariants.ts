/**
 * What the policies of a site have to keep, whoever changes them: each a Cedar policy that describes a region of requests,
 * with its effect there, and a sentence in English and Japanese. (`docs/policy-certificate.md`, "Invariants")
 */
export const defaultInvariants = `@id("contraindicated-hardware-commands-nothing")
@sentence("No device whose hardware is contraindicated may publish below c/.")
@sentence_ja("ハードウェアが信頼できないと判定されたデバイスは c/ の下に発行できません。")
forbid (principal is Device, action == Action::"publish", resource is Topic)
when { resource.path like "c/*" && principal.tier.hardware == "contraindicated" };

@id("quarantined-reaches-only-recovery")
@sentence("A quarantined device connects only to attest and be updated, and reaches nothing else.")
@sentence_ja("隔離中のデバイスは構成証明と更新のためにだけ接続でき、ほかの何にも到達できません。")
forbid (principal is Device, action, resource)
when {
  principal has standing &&
  principal.standing == "quarantined" &&
  !(action in [Action::"connect", Action::"attest", Action::"update"])
};

@id("device-publishes-only-in-its-own-name")
@sentence("A device publishes data only in its own name: whatever it publishes is its own topic, or a command below c/.")
@sentence_ja("デバイスは自分の名前でのみデータを発行します。発行先は自分のトピックか c/ の下の指令に限られます。")
forbid (principal is Device, action == Action::"publish", resource is Topic)
when { !(resource.path like "c/*") && !(resource has owner && resource.owner == principal) };

@id("actuators-are-commanded-by-attested-executables")
@sentence("Whoever commands a device of the group actuators has attested executables.")
@sentence_ja("グループ actuators のデバイスに指令を送るデバイスは、実行ファイルが構成証明されています。")
forbid (principal is Device, action == Action::"publish", resource is Topic)
when {
  resource.space == "c" &&
  resource has owner &&
  resource.owner in Group::"actuators" &&
  !(principal has tier && principal.tier.executables == "affirming")
};

@id("unknown-or-revoked-reaches-nothing")
@sentence("A device that the site does not know, or that is revoked, reaches nothing.")
@sentence_ja("サイトが知らないデバイスや失効したデバイスは何にも到達できません。")
forbid (principal is Device, action, resource)
unless { principal has standing && principal.standing != "revoked" };

@id("safety-publishes-despite-warnings")
@sentence("In the group safety nobody is kept by a warning alone from connecting and publishing in its own name.")
@sentence_ja("グループ safety のデバイスは、警告だけでは接続や自分の名前での発行を妨げられません。")
permit (principal is Device in Group::"safety", action == Action::"publish", resource is Topic)
when {
  resource.space == "d" &&
  resource has owner &&
  resource.owner == principal &&
  principal.standing == "admitted" &&
  principal.tier.instanceIdentity != "contraindicated" &&
  principal.tier.configuration != "contraindicated" &&
  principal.tier.executables != "contraindicated" &&
  principal.tier.fileSystem != "contraindicated" &&
  principal.tier.hardware != "contraindicated" &&
  principal.tier.runtimeOpaque != "contraindicated" &&
  principal.tier.storageOpaque != "contraindicated" &&
  principal.tier.sourcedData != "contraindicated"
};
`;
