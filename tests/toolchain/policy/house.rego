# What svc promises of the objects that it renders (docs/kubernetes.md), as a policy that a company could keep.
package main

import rego.v1

pod_spec := input.spec.template.spec if input.kind in {"Deployment", "Job"}

pod_spec := input.spec.jobTemplate.spec.template.spec if input.kind == "CronJob"

containers contains container if some container in pod_spec.containers

containers contains container if some container in pod_spec.initContainers

is_secret(name) if regex.match(`(PASSWORD|SECRET|TOKEN|_KEY|DATABASE_URL)$`, name)

deny contains sprintf("%s: the image has no version", [container.name]) if {
	some container in containers
	not regex.match(`(:[^/]+|@sha256:[0-9a-f]{64})$`, container.image)
}

deny contains sprintf("%s: latest is no version", [container.name]) if {
	some container in containers
	endswith(container.image, ":latest")
}

deny contains sprintf("%s: %s is a secret as plain text", [container.name, variable.name]) if {
	some container in containers
	some variable in container.env
	is_secret(variable.name)
	not contains(variable.value, "$(")
}

deny contains sprintf("%s: not every field of Pod Security restricted", [container.name]) if {
	some container in containers
	not restricted(container)
}

restricted(container) if {
	container.securityContext.allowPrivilegeEscalation == false
	container.securityContext.capabilities.drop == ["ALL"]
	container.securityContext.readOnlyRootFilesystem == true
	container.securityContext.runAsNonRoot == true
	pod_spec.securityContext.seccompProfile.type == "RuntimeDefault"
}

deny contains "a pod has a token that it does not need" if {
	pod_spec
	not pod_spec.automountServiceAccountToken == false
}

deny contains "a stop may be cut off: the grace is shorter than the pause before it and the drain" if {
	input.kind == "Deployment"
	some container in pod_spec.containers
	pod_spec.terminationGracePeriodSeconds < container.lifecycle.preStop.sleep.seconds + 20
}

deny contains "a roll-out takes capacity away" if {
	input.kind == "Deployment"
	not input.spec.strategy.rollingUpdate.maxUnavailable == 0
}

deny contains "the network policy leaves a direction open" if {
	input.kind == "NetworkPolicy"
	not {"Ingress", "Egress"} == {direction | some direction in input.spec.policyTypes}
}

deny contains "the network policy lets everybody in" if {
	input.kind == "NetworkPolicy"
	some rule in input.spec.ingress
	count(object.get(rule, "from", [])) == 0
}

deny contains sprintf("%s lacks the label %s", [input.metadata.name, label]) if {
	some label in ["app.kubernetes.io/name", "app.kubernetes.io/managed-by", "svckit.dev/service"]
	not input.metadata.labels[label]
}

deny contains "a Secret stands in what is committed" if input.kind == "Secret"
