/** Of a device that nothing worse than a warning is known about. */
const mayWorkDespiteWarnings = `  principal has standing &&
  principal.standing == "admitted" &&
  principal.tier.instanceIdentity != "contraindicated" &&
  principal.tier.configuration != "contraindicated" &&
  principal.tier.executables != "contraindicated" &&
  principal.tier.fileSystem != "contraindicated" &&
  principal.tier.hardware != "contraindicated" &&
  principal.tier.runtimeOpaque != "contraindicated" &&
  principal.tier.storageOpaque != "contraindicated" &&
  principal.tier.sourcedData != "contraindicated"`;

/**
 * What the policies of a site have to keep, whoever changes them: each a Cedar policy that describes a region of requests,
 * with what must happen there as its effect, and a sentence in English and Japanese. The default policies keep them, and
 * there is a proof. (`docs/policy-certificate.md`, "Invariants")
 *
 * Devices of the group `actuators` move something; those of the group `safety` keep people from harm, and a warning alone
 * never cuts them.
 */
export const defaultInvariants = `@id("contraindicated-hardware-commands-nothing")
@sentence("No device whose hardware is contraindicated may publish below c/.")
@sentence_ja("ハードウェアが信頼できないと判定されたデバイスは c/ の下に発行できません。")
forbid (principal is Device, action == Action::"publish", resource is Topic)
when { resource.path like "c/*" && principal.tier.hardware == "contraindicated" };

@id("quarantined-only-attests-and-updates")
@sentence("A quarantined device connects to attest and to be updated, and reaches nothing else.")
@sentence_ja("隔離中のデバイスは構成証明と更新のために接続できるだけで、ほかの何にも到達できません。")
forbid (principal is Device, action, resource)
when { principal has standing && principal.standing == "quarantined" }
unless { action in [Action::"connect", Action::"attest", Action::"update"] };

@id("device-publishes-in-its-own-name")
@sentence("A device publishes only in its own name: on a topic that it owns, or commands below c/.")
@sentence_ja("デバイスは自分の名前でのみ発行します。発行先は自分のトピックか、c/ の下の指令に限られます。")
forbid (principal is Device, action == Action::"publish", resource is Topic)
unless { resource.path like "c/*" || (resource has owner && resource.owner == principal) };

@id("actuators-obey-attested-executables")
@sentence("Whoever commands a device of the group actuators has attested executables.")
@sentence_ja("グループ actuators のデバイスに指令を送るものは、実行ファイルが構成証明されています。")
forbid (principal is Device, action == Action::"publish", resource is Topic)
when { resource.path like "c/*" && resource has owner && resource.owner in Group::"actuators" }
unless { principal has tier && principal.tier.executables == "affirming" };

@id("unknown-or-revoked-reaches-nothing")
@sentence("A device that the site does not know, or that is revoked, reaches nothing.")
@sentence_ja("サイトが知らないデバイスや失効したデバイスは何にも到達できません。")
forbid (principal is Device, action, resource)
unless { principal has standing && principal.standing != "revoked" };

@id("safety-connects-despite-warnings")
@sentence("No warning keeps a device of the group safety from connecting.")
@sentence_ja("警告だけでグループ safety のデバイスの接続が断たれることはありません。")
permit (principal is Device in Group::"safety", action == Action::"connect", resource is Site)
when {
${mayWorkDespiteWarnings}
};

@id("safety-publishes-despite-warnings")
@sentence("No warning keeps a device of the group safety from publishing in its own name.")
@sentence_ja("警告だけでグループ safety のデバイスの自分の名前での発行が断たれることはありません。")
permit (principal is Device in Group::"safety", action == Action::"publish", resource is Topic)
when {
  resource.space == "d" &&
  resource.path like "d/*" &&
  resource has owner &&
  resource.owner == principal &&
${mayWorkDespiteWarnings}
};

@id("safety-is-commanded-despite-warnings")
@sentence("No warning keeps a device of the group safety from receiving the site's commands.")
@sentence_ja("警告だけでグループ safety のデバイスへのサイトからの指令が断たれることはありません。")
permit (principal is Device in Group::"safety", action in [Action::"subscribe", Action::"receive"], resource is Topic)
when {
  resource.space == "c" &&
  resource has owner &&
  resource.owner == principal &&
${mayWorkDespiteWarnings}
}
unless { context has publisher || context has sourcedData };
`;
