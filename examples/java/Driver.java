// Drives the official Amazon Pay SDK for Java: JSON Lines on stdin and stdout, see docs/drivers.md.

import com.amazon.pay.api.AmazonPayResponse;
import com.amazon.pay.api.PayConfiguration;
import com.amazon.pay.api.WebstoreClient;
import com.amazon.pay.api.types.Environment;
import com.amazon.pay.api.types.Region;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.json.JSONArray;
import org.json.JSONObject;

public class Driver {

    interface Operation {
        AmazonPayResponse call(WebstoreClient c, String id, JSONObject p, Map<String, String> h) throws Exception;
    }

    // From the protocol's operations to the SDK's methods: c is the client, i the id, p the payload, h the headers.
    static final Map<String, Operation> OPERATIONS = new TreeMap<>();

    static {
        OPERATIONS.put("create_checkout_session", (c, i, p, h) -> c.createCheckoutSession(p, h));
        OPERATIONS.put("get_checkout_session", (c, i, p, h) -> c.getCheckoutSession(i, h));
        OPERATIONS.put("update_checkout_session", (c, i, p, h) -> c.updateCheckoutSession(i, p, h));
        OPERATIONS.put("complete_checkout_session", (c, i, p, h) -> c.completeCheckoutSession(i, p, h));
        OPERATIONS.put("finalize_checkout_session", (c, i, p, h) -> c.finalizeCheckoutSession(i, p, h));
        OPERATIONS.put("get_charge_permission", (c, i, p, h) -> c.getChargePermission(i, h));
        OPERATIONS.put("update_charge_permission", (c, i, p, h) -> c.updateChargePermission(i, p, h));
        OPERATIONS.put("close_charge_permission", (c, i, p, h) -> c.closeChargePermission(i, p, h));
        OPERATIONS.put("create_charge", (c, i, p, h) -> c.createCharge(p, h));
        OPERATIONS.put("get_charge", (c, i, p, h) -> c.getCharge(i, h));
        OPERATIONS.put("update_charge", (c, i, p, h) -> c.updateCharge(i, p, h));
        OPERATIONS.put("capture_charge", (c, i, p, h) -> c.captureCharge(i, p, h));
        OPERATIONS.put("cancel_charge", (c, i, p, h) -> c.cancelCharge(i, p, h));
        OPERATIONS.put("create_refund", (c, i, p, h) -> c.createRefund(p, h));
        OPERATIONS.put("get_refund", (c, i, p, h) -> c.getRefund(i, h));
    }

    /** As the SDK's DefaultRetryStrategy and Util.isRetryableStatus... declare. */
    static final JSONObject RETRIES = new JSONObject()
        .put("times", 3)
        .put("statuses", List.of(408, 425, 429, 500, 502, 503, 504))
        .put("waits", List.of(2, 4, 8));

    static WebstoreClient client;

    static JSONObject hello() {
        JSONObject who = new JSONObject()
            .put("name", "software.amazon.pay:amazon-pay-api-sdk-java")
            .put("version", com.amazon.pay.api.ServiceConstants.APPLICATION_LIBRARY_VERSION)
            .put("language", "Java");
        JSONObject capabilities = new JSONObject()
            .put("operations", OPERATIONS.keySet())
            .put("algorithms", List.of("AMZN-PAY-RSASSA-PSS", "AMZN-PAY-RSASSA-PSS-V2"))
            .put("idempotency_key", "both")
            .put("button", true)
            .put("retries", RETRIES);
        return message("hello").put("protocol", 1).put("client", who).put("capabilities", capabilities);
    }

    static JSONObject configure(JSONObject config) throws Exception {
        if (!config.isNull("ca_file")) {
            trust(config.getString("ca_file"));
        }
        PayConfiguration configuration = new Redirected(config.getString("service_host"))
            .setPublicKeyId(config.getString("public_key_id"))
            .setPrivateKey(config.getString("private_key").toCharArray())
            .setRegion(Region.valueOf(config.getString("region").toUpperCase()))
            .setEnvironment(config.getBoolean("sandbox") ? Environment.SANDBOX : Environment.LIVE)
            .setAlgorithm(config.getString("algorithm"));
        client = new WebstoreClient(configuration);
        return message("ready");
    }

    /** The SDK lets only subclasses say where requests go. */
    static class Redirected extends PayConfiguration {
        Redirected(String host) {
            overrideServiceURL = host;
        }
    }

    /** Java reads no PEM bundle: make a key store of it before the first connection. */
    static void trust(String caFile) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (FileInputStream pem = new FileInputStream(caFile)) {
            for (Certificate certificate : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
                store.setCertificateEntry("ca" + store.size(), certificate);
            }
        }
        Path file = Files.createTempFile("trust", ".p12");
        file.toFile().deleteOnExit();
        try (OutputStream out = new FileOutputStream(file.toFile())) {
            store.store(out, "public".toCharArray());
        }
        System.setProperty("javax.net.ssl.trustStore", file.toString());
        System.setProperty("javax.net.ssl.trustStorePassword", "public");
    }

    static JSONObject call(JSONObject question) {
        JSONObject result = message("result").put("id", question.getInt("id"));
        Operation operation = OPERATIONS.get(question.getString("operation"));
        if (operation == null) {
            return result.put("outcome", "unsupported").put("reason", "the SDK has no such method");
        }
        Map<String, String> headers = given(question.getJSONArray("headers"));
        try {
            AmazonPayResponse response = operation.call(
                client, question.optString("path_id", null), question.optJSONObject("payload"), headers);
            return result.put("outcome", "returned")
                .put("status", response.getStatus())
                .put("raw_body", response.getRawResponse())
                .put("body", response.getResponse())
                .put("request_id", response.getRequestId())
                .put("caller_headers", pairs(headers));
        } catch (Throwable error) {
            JSONObject raised = new JSONObject()
                .put("type", error.getClass().getSimpleName())
                .put("message", String.valueOf(error.getMessage()));
            return result.put("outcome", "raised").put("error", raised);
        }
    }

    static Map<String, String> given(JSONArray pairs) {
        Map<String, String> headers = new HashMap<>();
        for (Object pair : pairs) {
            headers.put(((JSONArray) pair).getString(0), ((JSONArray) pair).getString(1));
        }
        return headers;
    }

    static JSONArray pairs(Map<String, String> headers) {
        JSONArray pairs = new JSONArray();
        headers.forEach((name, value) -> pairs.put(List.of(name, value)));
        return pairs;
    }

    static JSONObject signButton(JSONObject question) throws Exception {
        String signature = client.generateButtonSignature(question.getString("payload"));
        return message("signature").put("id", question.getInt("id")).put("signature", signature);
    }

    static JSONObject answer(JSONObject question) throws Exception {
        switch (question.getString("type")) {
            case "hello": return hello();
            case "config": return configure(question);
            case "call": return call(question);
            case "sign_button": return signButton(question);
            default: return message("error").put("message", "unknown message");
        }
    }

    static JSONObject message(String type) {
        return new JSONObject().put("type", type);
    }

    public static void main(String[] arguments) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.setOut(System.err); // stdout is the protocol: whatever else prints must not
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            JSONObject question = new JSONObject(line);
            if (question.getString("type").equals("bye")) {
                break;
            }
            try {
                out.println(answer(question));
            } catch (Exception error) {
                out.println(message("error").put("message", String.valueOf(error)));
            }
        }
    }
}
