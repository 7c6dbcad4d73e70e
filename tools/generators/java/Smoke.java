import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.util.Map;
import java.util.UUID;
import org.openapitools.client.ApiClient;
import org.openapitools.client.ApiException;
import org.openapitools.client.api.WebhookConfigsApi;
import org.openapitools.client.api.WebhookEventsApi;
import org.openapitools.client.api.WebhookLogsApi;
import org.openapitools.client.model.CreateWebhookConfigRequest;
import org.openapitools.client.model.PublishWebhookEventRequest;
import org.openapitools.client.model.UpdateWebhookConfigRequest;
import org.openapitools.client.model.WebhookConfig;
import org.openapitools.client.model.WebhookConfigPage;
import org.openapitools.client.model.WebhookType;

/** openapi-generator's java with --library native makes a class for each tag. */
public class Smoke {
  private static WebhookConfigsApi configs;

  public static void main(String[] args) throws Exception {
    ApiClient client = new ApiClient();
    client.updateBaseUri(System.getenv("HOOKLINE_URL"));
    client.setRequestInterceptor(request -> request.header("api_key", System.getenv("HOOKLINE_API_KEY")));
    configs = new WebhookConfigsApi(client);
    WebhookLogsApi logs = new WebhookLogsApi(client);

    long first = create("first");
    long second = create("second");

    WebhookConfigPage page = configs.listWebhookConfigs(1, null).getData();
    check(page.getData().get(0).getRootfiId() == second, "first page");
    page = configs.listWebhookConfigs(1, page.getNext()).getData();
    check(page.getData().get(0).getRootfiId() == first, "second page");

    check(configs.getWebhookConfig(first).getData().getData().getName().equals("first"), "get");
    UpdateWebhookConfigRequest change = new UpdateWebhookConfigRequest().name("renamed").signingKey(null);
    WebhookConfig updated = configs.updateWebhookConfig(first, change).getData().getData();
    check(updated.getName().equals("renamed"), "the name is changed");
    check(updated.getUrl().equals("http://127.0.0.1:9/"), "the URL is kept");

    CreateWebhookConfigRequest wrong =
        new CreateWebhookConfigRequest().webhookType(WebhookType.INTEGRATION).name("n").url(URI.create("https://example.com/"));
    JsonNode problem = refusal(400, () -> configs.createWebhookConfig(wrong, null));
    check(problem.at("/errors/0/pointer").asText().equals("/integration_type"), "violation");
    problem = refusal(404, () -> configs.getWebhookConfig(999999L));
    check(problem.get("code").asText().equals("not_found"), "not found");

    Map<String, Object> payload = Map.of("event", "connection.changed", "company_id", 496);
    PublishWebhookEventRequest event =
        new PublishWebhookEventRequest().webhookType(WebhookType.CONNECTION_CHANGED).payload(payload);
    check(new WebhookEventsApi(client).publishWebhookEvent(event, null).getData().getEvent().getDeliveries() >= 2, "publish");
    UUID delivery =
        logs.listWebhookLogs(null, null, null, null, null, first, null).getData().getWebhookLogs().get(0).getId();
    check(logs.getWebhookLog(delivery).getData().getWebhookLog().getPayload().equals(payload), "payload");

    configs.deleteWebhookConfig(first);
    configs.deleteWebhookConfig(second);
  }

  private static long create(String name) throws ApiException {
    CreateWebhookConfigRequest request =
        new CreateWebhookConfigRequest()
            .webhookType(WebhookType.CONNECTION_CHANGED)
            .name(name)
            .url(URI.create("http://127.0.0.1:9/"))
            .signingKey("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    WebhookConfig config = configs.createWebhookConfig(request, null).getData().getData();
    check(config.getIntegrationType() == null, "integration_type is null");
    return config.getRootfiId();
  }

  private interface Call {
    void run() throws ApiException;
  }

  private static JsonNode refusal(int status, Call call) throws Exception {
    try {
      call.run();
    } catch (ApiException refused) {
      check(refused.getCode() == status, "status " + refused.getCode());
      return new ObjectMapper().readTree(refused.getResponseBody());
    }
    throw new AssertionError("the call succeeded");
  }

  private static void check(boolean ok, String what) {
    if (!ok) {
      throw new AssertionError(what);
    }
  }
}
